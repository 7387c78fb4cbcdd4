import type { ApiOptions } from "../../cluster/api-options.ts";
import { API_PROPERTIES, checkApiOptions, defaultApiOptions } from "../../cluster/api-options.ts";
import {
  argumentRange,
  atLeastOne,
  noBody,
  oneArgument,
  parseFallthrough,
  parseInteger,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import type { Selection } from "../../kube/cluster-source.ts";

const MAX_TTL_SECONDS = 3_600;

/** What has to be known of a cluster. */
export const SELECTION: Selection = {
  namespaces: [],
  labels: "",
  namespaceLabels: "",
  endpoints: false,
  pods: false,
  serviceImports: false,
  gateways: true,
};

export interface GatewayOptions {
  /** Undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  ttlSeconds: number;
  /** Zones whose unknown names go to the next plugin. */
  fallthrough: readonly Name[];
  readonly manifests: string[];
  readonly api: ApiOptions;
}

type Property = (sub: Directive, options: GatewayOptions) => void;

const { endpoint, tls, kubeconfig } = API_PROPERTIES;

const PROPERTIES: Readonly<Record<string, Property>> = {
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

/** Reads `gateway [ZONES...] { ... }`. */
export function parseGateway(directive: Directive): GatewayOptions {
  const zones = argumentRange(directive, 0, Number.POSITIVE_INFINITY);
  const options: GatewayOptions = {
    zones: zones.length === 0 ? undefined : parseZones(zones),
    ttlSeconds: 60,
    fallthrough: [],
    manifests: [],
    api: defaultApiOptions(),
  };
  for (const sub of directive.body) noBody(sub);
  subDirectives(directive, PROPERTIES, options);
  if (options.zones) requireZones(options.zones, directive);
  checkApiOptions(directive, options.api, options.manifests.length > 0);
  return options;
}

/**
 * Whoever may write an Ingress must not be able to answer for any name there is.
 * @throws {CorefileError}
 */
export function requireZones(zones: readonly Name[], directive: Directive): void {
  if (!zones.some((zone) => zone.equals(Name.root))) return;
  throw directive.error('cannot use "." as a zone: name those that the cluster may have names in');
}
