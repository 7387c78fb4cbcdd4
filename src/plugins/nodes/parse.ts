import { checkApiOptions } from "../../cluster/api-options.ts";
import type { ClusterZoneOptions } from "../../cluster/cluster-zone-options.ts";
import {
  CLUSTER_ZONE_PROPERTIES,
  defaultClusterZoneOptions,
} from "../../cluster/cluster-zone-options.ts";
import {
  atLeastOne,
  noArguments,
  noBody,
  oneArgument,
  parseChoice,
  parseInteger,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import type { Selection } from "../../kube/cluster-source.ts";

const TTL_SECONDS = 5;
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

export interface NodesOptions extends ClusterZoneOptions {
  /** Which of a node's addresses are told. */
  addressTypes: readonly AddressType[];
  /** Whether Services are said to be at nodes that are not ready. */
  notReady: boolean;
  /** How many nodes a Service names at most. */
  max: number;
}

type Property = (sub: Directive, options: NodesOptions) => void;

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
  ...CLUSTER_ZONE_PROPERTIES,
};

/** Reads `nodes [ZONES...] { ... }`. */
export function parseNodes(directive: Directive): NodesOptions {
  const options: NodesOptions = {
    ...defaultClusterZoneOptions(directive, TTL_SECONDS),
    addressTypes: ["internal"],
    notReady: false,
    max: DEFAULT_MAX,
  };
  for (const sub of directive.body) noBody(sub);
  subDirectives(directive, PROPERTIES, options);
  checkApiOptions(directive, options.api, options.manifests.length > 0);
  return options;
}
