import {
  argumentRange,
  atLeastOne,
  oneArgument,
  parseFallthrough,
  parseInteger,
  parseZones,
} from "../corefile/arguments.ts";
import type { Directive } from "../corefile/directive.ts";
import type { Name } from "../dns/name.ts";
import type { ApiOptions } from "./api-options.ts";
import { API_PROPERTIES, defaultApiOptions } from "./api-options.ts";

const MAX_TTL_SECONDS = 3_600;

/** What all plugins say that serve names of a cluster in zones of their own. */
export interface ClusterZoneOptions {
  /** Undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  ttlSeconds: number;
  /** Zones whose unknown names go to the next plugin. */
  fallthrough: readonly Name[];
  readonly manifests: string[];
  readonly api: ApiOptions;
}

type Property = (sub: Directive, options: ClusterZoneOptions) => void;

const { endpoint, tls, kubeconfig } = API_PROPERTIES;

/** For `subDirectives`. */
export const CLUSTER_ZONE_PROPERTIES: Readonly<Record<string, Property>> = {
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

/** What holds where the body of `PLUGIN [ZONES...]` says nothing. */
export function defaultClusterZoneOptions(
  directive: Directive,
  ttlSeconds: number,
): ClusterZoneOptions {
  const zones = argumentRange(directive, 0, Number.POSITIVE_INFINITY);
  return {
    zones: zones.length === 0 ? undefined : parseZones(zones),
    ttlSeconds,
    fallthrough: [],
    manifests: [],
    api: defaultApiOptions(),
  };
}
