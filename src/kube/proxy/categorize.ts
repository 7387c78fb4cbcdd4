import type { ProxiedPort } from "./proxied-port.ts";
import { isReachedFromOutside } from "./proxied-port.ts";
import type { ProxyEndpoint } from "./proxy-endpoints.ts";

/** The node whose proxy is meant. */
export interface ProxyNode {
  readonly name: string;
  /** "" if its label `topology.kubernetes.io/zone` is not known. */
  readonly zone: string;
}

/** What keeps connections near: hints of the EndpointSlices. */
export type Nearness = "none" | "node" | "zone";

/** Endpoints that a node's proxy uses (pkg/proxy/topology.go). */
export interface Categorized {
  /** For policy Cluster. */
  readonly cluster: readonly ProxyEndpoint[];
  /** For policy Local. */
  readonly local: readonly ProxyEndpoint[];
  /** Both, in their order. */
  readonly reachable: readonly ProxyEndpoint[];
  /** Whether any node has one that is used: without, connections are rejected rather than dropped. */
  readonly hasAny: boolean;
  readonly nearness: Nearness;
}

export function categorize(
  endpoints: readonly ProxyEndpoint[],
  port: ProxiedPort,
  node: ProxyNode,
): Categorized {
  const isOutside = isReachedFromOutside(port);
  const usesCluster = !port.isInternalLocal || isOutside;
  const usesLocal = port.isInternalLocal || (port.isExternalLocal && isOutside);
  const nearness = usesCluster ? nearnessOf(endpoints, node) : "none";
  const cluster = usesCluster ? clusterEndpoints(endpoints, nearness, node) : [];
  const local = usesLocal
    ? usable(endpoints.filter(({ nodeName }) => node.name !== "" && nodeName === node.name))
    : [];
  const hasAny = cluster.length > 0 || (usesLocal && usable(endpoints).length > 0);
  const used = new Set([...cluster, ...local]);
  return { cluster, local, reachable: endpoints.filter((one) => used.has(one)), hasAny, nearness };
}

/** Those that are ready; if there are none, those that end and still serve. */
function usable(endpoints: readonly ProxyEndpoint[]): readonly ProxyEndpoint[] {
  const ready = endpoints.filter(({ isReady }) => isReady);
  return ready.length > 0 ? ready : endpoints.filter(servesUntilItEnds);
}

export function servesUntilItEnds({ isReady, isServing, isTerminating }: ProxyEndpoint): boolean {
  return !isReady && isServing && isTerminating;
}

function clusterEndpoints(
  endpoints: readonly ProxyEndpoint[],
  nearness: Nearness,
  node: ProxyNode,
): readonly ProxyEndpoint[] {
  const near = endpoints.filter((one) => one.isReady && isNear(one, nearness, node));
  return near.length > 0 ? near : usable(endpoints);
}

/** Hints count if every ready endpoint has one, and one of them is for this node, or its zone. */
function nearnessOf(endpoints: readonly ProxyEndpoint[], node: ProxyNode): Nearness {
  const ready = endpoints.filter(({ isReady }) => isReady);
  if (ready.length === 0) return "none";
  const isHinted = (nearness: Nearness): boolean =>
    ready.some((one) => isNear(one, nearness, node));
  if (ready.every(({ nodeHints }) => nodeHints.length > 0) && isHinted("node")) return "node";
  if (ready.every(({ zoneHints }) => zoneHints.length > 0) && isHinted("zone")) return "zone";
  return "none";
}

function isNear(
  { nodeHints, zoneHints }: ProxyEndpoint,
  nearness: Nearness,
  { name, zone }: ProxyNode,
): boolean {
  if (nearness === "node") return nodeHints.includes(name);
  return nearness === "none" || zoneHints.includes(zone);
}
