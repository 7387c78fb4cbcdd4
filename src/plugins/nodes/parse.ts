import type { ApiOptions } from "../../cluster/api-options.ts";
import { API_PROPERTIES, checkApiOptions, defaultApiOptions } from "../../cluster/api-options.ts";
import {
  argumentRange,
  atLeastOne,
  noArguments,
  noBody,
  oneArgument,
  parseChoice,
  parseFallthrough,
  parseInteger,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";
import type { Selection } from "../../kube/cluster-source.ts";

const MAX_TTL_SECONDS = 3_600;
const DEFAULT_MAX = 16;

/** What has to be known of a cluster. */
export const SELECTION: Selection = {
  namespaces: [],
  labels: "",
  namespaceLabels: "",
  endpoints: true,
  pods: false,
  serviceImports: false,
  nodes: true,
};

export type AddressType = "internal" | "external";

export interface NodesOptions {
  /** Zones below which names are served; undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  ttlSeconds: number;
  /** Which of a node's addresses are told. */
  addressTypes: readonly AddressType[];
  /** Whether Services are said to be at nodes that are not ready. */
  notReady: boolean;
  /** How many nodes a Service names at most. */
  max: number;
  /** Zones whose unknown names go to the next plugin. */
  fallthrough: readonly Name[];
  readonly manifests: string[];
  readonly api: ApiOptions;
}

type Property = (sub: Directive, options: NodesOptions) => void;

const { endpoint, tls, kubeconfig } = API_PROPERTIES;

const PROPERTIES: Readonly<Record<string, Property>> = {
  addresses(sub, options) {
    const types = atLeastOne(sub).map((token) => parseChoice(token, ["internal", "external"]));
    options.addressTypes = [...new Set(types)];
  },
  not_ready(sub, options) {
    noArguments(sub);
    options.notReady = true;
  },
  max(sub, options) {
    options.max = parseInteger(oneArgument(sub), { min: 1, max: 256 });
  },
  ttl(sub, options) {
    options.ttlSeconds = parseInteger(oneArgument(sub), { min: 0, max: MAX_TTL_SECONDS });
  },
  fallthrough(sub, options) {
    options.fallthrough = parseFallthrough(sub);
  },
  manifests(sub, options) {
    options.manifests.push(...atLeastOne(sub).map(({ text }) => text));
  },
  ...(endpoint && { endpoint }),
  ...(tls && { tls }),
  ...(kubeconfig && { kubeconfig }),
};

/** Reads `nodes [ZONES...] { ... }`. */
export function parseNodes(directive: Directive): NodesOptions {
  const zones = argumentRange(directive, 0, Number.POSITIVE_INFINITY);
  const options: NodesOptions = {
    zones: zones.length === 0 ? undefined : parseZones(zones),
    ttlSeconds: 5,
    addressTypes: ["internal"],
    notReady: false,
    max: DEFAULT_MAX,
    fallthrough: [],
    manifests: [],
    api: defaultApiOptions(),
  };
  for (const sub of directive.body) noBody(sub);
  subDirectives(directive, PROPERTIES, options);
  checkApiOptions(directive, options.api, options.manifests.length > 0);
  return options;
}
