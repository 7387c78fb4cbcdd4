import type { ProxyNode } from "../../kube/proxy/categorize.ts";
import type { ProxyEndpoint } from "../../kube/proxy/proxy-endpoints.ts";

/** A node, or nodes of which nothing is known but their zone. */
export interface Place {
  readonly node: ProxyNode;
  readonly isNamed: boolean;
}

/** More are not told of by themselves. */
export const MAX_NODES = 50;

/**
 * Where connections may begin, as far as that makes a difference: nodes that have endpoints or are hinted at, others of a
 * zone, others.
 */
export function placesOf(
  endpoints: readonly ProxyEndpoint[],
  wanted: string | undefined,
): readonly Place[] {
  const zones = new Map<string, string>();
  for (const { nodeName, zone } of endpoints) {
    if (nodeName !== "" && !(zones.get(nodeName) ?? "")) zones.set(nodeName, zone);
  }
  const named = (name: string): Place => {
    return { node: { name, zone: zones.get(name) ?? "" }, isNamed: true };
  };
  if (wanted !== undefined) return [named(wanted)];
  const hinted = endpoints.flatMap(({ nodeHints }) => nodeHints);
  const names = new Set([...[...zones.keys()].toSorted(), ...hinted]);
  const known = new Set(
    endpoints.flatMap(({ zone, zoneHints }) => [zone, ...zoneHints]).filter((zone) => zone !== ""),
  );
  return [
    ...[...names].slice(0, MAX_NODES).map(named),
    ...[...known]
      .toSorted()
      .slice(0, MAX_NODES)
      .map((zone) => ({ node: { name: "", zone }, isNamed: false })),
    { node: { name: "", zone: "" }, isNamed: false },
  ];
}

/** "node-a, other nodes of zone-b" */
export function placeWords(places: readonly Place[], all: readonly Place[]): string {
  const isAll = places.length === all.length && all.some(({ isNamed }) => !isNamed);
  if (isAll) return "every node";
  const rest = all.filter(({ isNamed }) => !isNamed);
  const others = places.filter(({ isNamed }) => !isNamed);
  const words = places.filter(({ isNamed }) => isNamed).map(({ node }) => node.name);
  if (others.length === rest.length && rest.length > 0)
    return [...words, "any other node"].join(", ");
  return [
    ...words,
    ...others.map(({ node }) => {
      return node.zone === "" ? "nodes of other zones" : `other nodes of ${node.zone}`;
    }),
  ].join(", ");
}
