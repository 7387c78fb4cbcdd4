import type { ProxyNode } from "../../kube/proxy/categorize.ts";
import type { ProxyEndpoint } from "../../kube/proxy/proxy-endpoints.ts";

/** A node, or nodes of which nothing is known but their zone. */
export interface Place {
  readonly node: ProxyNode;
  readonly isNamed: boolean;
}

export interface Places {
  readonly list: readonly Place[];
  /** Whether there are more nodes than could be looked at. */
  readonly isCut: boolean;
}

/** Nodes that are told of by themselves, at most: each looks at all endpoints, while queries wait. */
const MAX_NODES = 50;
const MAX_LOOKS = 50_000;

/**
 * Where connections may begin, as far as that makes a difference: nodes that have endpoints or are hinted at, others of a
 * zone, others.
 */
export function placesOf(
  endpoints: readonly ProxyEndpoint[],
  wanted: string | undefined,
  isLocal: boolean,
): Places {
  const zones = new Map<string, string>();
  for (const { nodeName, zone } of endpoints) {
    if (nodeName !== "" && !zones.get(nodeName)) zones.set(nodeName, zone);
  }
  const named = (name: string): Place => {
    return { node: { name, zone: zones.get(name) ?? "" }, isNamed: true };
  };
  if (wanted !== undefined) return { list: [named(wanted)], isCut: false };
  const isHinted = endpoints.some(
    ({ zoneHints, nodeHints }) => zoneHints.length + nodeHints.length > 0,
  );
  if (!isLocal && !isHinted) return { list: [ANY_OTHER], isCut: false };
  const hinted = endpoints.flatMap(({ nodeHints }) => nodeHints);
  const names = [...new Set([...[...zones.keys()].toSorted(), ...hinted])];
  const said = endpoints.flatMap(({ zone, zoneHints }) => [zone, ...zoneHints]);
  const known = [...new Set(said)].filter((zone) => zone !== "").toSorted();
  const most = Math.max(3, Math.min(MAX_NODES, Math.floor(MAX_LOOKS / (endpoints.length + 1))));
  return {
    list: [
      ...names.slice(0, most).map(named),
      ...known.slice(0, most).map((zone) => ({ node: { name: "", zone }, isNamed: false })),
      ANY_OTHER,
    ],
    isCut: names.length > most || known.length > most,
  };
}

const ANY_OTHER: Place = { node: { name: "", zone: "" }, isNamed: false };

/** "node-a, other nodes of zone-b" */
export function placeWords(places: readonly Place[], { list, isCut }: Places): string {
  const rest = list.filter(({ isNamed }) => !isNamed);
  const others = places.filter(({ isNamed }) => !isNamed);
  const words = places.filter(({ isNamed }) => isNamed).map(({ node }) => node.name);
  const isAll = places.length === list.length && rest.length > 0;
  if (isAll) return isCut ? "every node that was looked at" : "every node";
  if (others.length === rest.length && rest.length > 0) {
    return [...words, isCut ? "any node without an endpoint" : "any other node"].join(", ");
  }
  return [
    ...words,
    ...others.map(({ node }) => {
      return node.zone === "" ? "nodes of other zones" : `other nodes of ${node.zone}`;
    }),
  ].join(", ");
}
