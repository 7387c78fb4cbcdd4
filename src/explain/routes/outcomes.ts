import type { Categorized, ProxyNode } from "../../kube/proxy/categorize.ts";
import { categorize, servesUntilItEnds } from "../../kube/proxy/categorize.ts";
import type { ProxiedPort } from "../../kube/proxy/proxied-port.ts";
import type { ProxyEndpoint } from "../../kube/proxy/proxy-endpoints.ts";
import { letOthersIn } from "./let-others-in.ts";
import type { Place } from "./node-groups.ts";
import { placeWords, placesOf } from "./node-groups.ts";
import type { ProxyMode, RouteOutcome } from "./routes.ts";

/** More endpoints are counted, not told. */
export const MAX_TOLD_ENDPOINTS = 100;

const MANY_ENDPOINTS = 500;

interface Fate {
  /** Where there are others for other nodes: of which node or zone these are. */
  readonly of: string;
  readonly result: RouteOutcome["result"];
  readonly why: string;
  readonly to: readonly ProxyEndpoint[];
}

/** What becomes of connections to an address of a port, by the nodes where the same becomes of them. */
export async function outcomesOf(
  port: ProxiedPort,
  endpoints: readonly ProxyEndpoint[],
  isLocal: boolean,
  { mode, node }: { readonly mode: ProxyMode; readonly node?: string | undefined },
): Promise<readonly RouteOutcome[]> {
  const places = placesOf(endpoints, node, isLocal);
  const groups = new Map<string, { readonly fate: Fate; readonly places: Place[] }>();
  for (const place of places.list) {
    // Each looks at all endpoints.
    if (endpoints.length > MANY_ENDPOINTS) await letOthersIn();
    const { node: at } = place;
    const fate = fateIn(categorize(endpoints, port, at), { endpoints, isLocal, mode, at });
    const key = [fate.result, fate.why, fate.of].join(" ");
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

interface Circumstances {
  readonly endpoints: readonly ProxyEndpoint[];
  readonly isLocal: boolean;
  readonly mode: ProxyMode;
  readonly at: ProxyNode;
}

function fateIn(
  { cluster, local, hasAny, nearness }: Categorized,
  { endpoints, isLocal, mode, at }: Circumstances,
): Fate {
  const near = { none: "", node: at.name, zone: at.zone }[nearness];
  if (!isLocal) return sent(cluster, NEARNESS_WORDS[nearness], near) ?? refused(endpoints);
  const own = sent(local, "endpoints of the node itself", at.name);
  if (own) return own;
  const elsewhere = "the node has no endpoint; mode ipvs takes those of other nodes";
  if (mode === "ipvs") return sent(cluster, elsewhere, near) ?? refused(endpoints);
  if (!hasAny) return refused(endpoints);
  const why = "the node has no endpoint, and policy Local takes no other";
  return { result: "dropped", why, of: "", to: [] };
}

const NEARNESS_WORDS = {
  none: "all endpoints that are ready",
  node: "hints of the EndpointSlices: those for this node",
  zone: "hints of the EndpointSlices: those for the node's zone",
} as const;

function sent(to: readonly ProxyEndpoint[], why: string, of: string): Fate | undefined {
  if (to.length === 0) return undefined;
  const ending = "none is ready: to those that end and still serve";
  return { result: "sent", why: to.every(servesUntilItEnds) ? ending : why, of, to };
}

function refused(endpoints: readonly ProxyEndpoint[]): Fate {
  const why = endpoints.length === 0 ? "there is no endpoint" : "no endpoint is ready";
  return { result: "rejected", why, of: "", to: [] };
}
