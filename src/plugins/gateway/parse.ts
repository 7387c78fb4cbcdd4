import { checkApiOptions } from "../../cluster/api-options.ts";
import type { ClusterZoneOptions } from "../../cluster/cluster-zone-options.ts";
import {
  CLUSTER_ZONE_PROPERTIES,
  defaultClusterZoneOptions,
} from "../../cluster/cluster-zone-options.ts";
import { noBody, subDirectives } from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import type { Selection } from "../../kube/cluster-source.ts";

const TTL_SECONDS = 60;

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

export type GatewayOptions = ClusterZoneOptions;

/** Reads `gateway [ZONES...] { ... }`. */
export function parseGateway(directive: Directive): GatewayOptions {
  const options = defaultClusterZoneOptions(directive, TTL_SECONDS);
  for (const sub of directive.body) noBody(sub);
  subDirectives(directive, CLUSTER_ZONE_PROPERTIES, options);
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
