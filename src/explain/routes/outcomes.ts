import type { Categorized } from "../../kube/proxy/categorize.ts";
import { categorize, servesUntilItEnds } from "../../kube/proxy/categorize.ts";
import type { ProxiedPort } from "../../kube/proxy/proxied-port.ts";
import type { ProxyEndpoint } from "../../kube/proxy/proxy-endpoints.ts";
import type { Place } from "./node-groups.ts";
import { placeWords, placesOf } from "./node-groups.ts";
import type { ProxyMode, RouteOutcome } from "./routes.ts";

/** More endpoints are counted, not told. */
export const MAX_TOLD_ENDPOINTS = 100;

interface Fate {
  readonly result: RouteOutcome["result"];
  readonly why: string;
  readonly to: readonly ProxyEndpoint[];
}

/** What becomes of connections to an address of a port, by the nodes where the same becomes of them. */
export function outcomesOf(
  port: ProxiedPort,
  endpoints: readonly ProxyEndpoint[],
  isLocal: boolean,
  { mode, node }: { readonly mode: ProxyMode; readonly node?: string | undefined },
): readonly RouteOutcome[] {
  const places = placesOf(endpoints, node);
  const groups = new Map<string, { readonly fate: Fate; readonly places: Place[] }>();
  for (const place of places) {
    const fate = fateIn(categorize(endpoints, port, place.node), endpoints, isLocal, mode);
    const key = [fate.result, fate.why, ...fate.to.map(({ text }) => text)].join(" ");
    const group = groups.get(key);
    if (group) group.places.push(place);
    else groups.set(key, { fate, places: [place] });
  }
  return [...groups.values()].map(({ fate, places: ofGroup }) => ({
    where: placeWords(ofGroup, places),
    nodes: ofGroup.filter(({ isNamed }) => isNamed).map(({ node: { name } }) => name),
    result: fate.result,
    why: fate.why,
    count: fate.to.length,
    to: fate.to.slice(0, MAX_TOLD_ENDPOINTS).map(({ text }) => text),
  }));
}

function fateIn(
  { cluster, local, hasAny, nearness }: Categorized,
  endpoints: readonly ProxyEndpoint[],
  isLocal: boolean,
  mode: ProxyMode,
): Fate {
  const elsewhere = "the node has no endpoint; mode ipvs takes those of other nodes";
  if (!isLocal) return sent(cluster, NEARNESS_WORDS[nearness]) ?? refused(endpoints);
  const own = sent(local, "endpoints of the node itself");
  if (own) return own;
  if (mode === "ipvs") return sent(cluster, elsewhere) ?? refused(endpoints);
  if (!hasAny) return refused(endpoints);
  const why = "the node has no endpoint, and policy Local takes no other";
  return { result: "dropped", why, to: [] };
}

const NEARNESS_WORDS = {
  none: "all endpoints that are ready",
  node: "hints of the EndpointSlices: those for this node",
  zone: "hints of the EndpointSlices: those for the node's zone",
} as const;

function sent(to: readonly ProxyEndpoint[], why: string): Fate | undefined {
  if (to.length === 0) return undefined;
  const ending = "none is ready: to those that end and still serve";
  return { result: "sent", why: to.every(servesUntilItEnds) ? ending : why, to };
}

function refused(endpoints: readonly ProxyEndpoint[]): Fate {
  const why = endpoints.length === 0 ? "there is no endpoint" : "no endpoint is ready";
  return { result: "rejected", why, to: [] };
}
