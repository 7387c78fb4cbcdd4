import type { ClusterView, ServiceKey } from "../../server/contract/cluster-view.ts";
import type { Seen } from "../finding.ts";
import { isAnswered } from "../finding.ts";
import { safeText } from "../words.ts";
import { parseAddressAsked, serviceBehind } from "./asked-address.ts";
import type { AddressAsked } from "./port-routes.ts";
import type { ProxyMode, RoutesWanted } from "./routes.ts";
import { PROXY_MODES } from "./routes.ts";

/** What is asked for, in the words of the user. */
export interface RoutesRequest {
  readonly name: string;
  /** The mode of kube-proxy; no routes without it. */
  readonly routes?: string | undefined;
  readonly node?: string | undefined;
}

export interface AskedRoutes {
  readonly wanted: RoutesWanted;
  /** If an address was asked for in the place of a name: whose it is, and that name. */
  readonly instead?: {
    readonly address: AddressAsked;
    readonly service: ServiceKey;
    readonly name: string;
    readonly assumed: string;
  };
}

/**
 * @returns undefined if no routes are asked for
 * @throws {TypeError} if the mode is none, or the address nobody's
 */
export function askedRoutes(
  { name, routes, node }: RoutesRequest,
  views: readonly ClusterView[],
): AskedRoutes | undefined {
  if (routes === undefined) {
    if (node === undefined) return undefined;
    throw new TypeError(`Cannot explain for node "${safeText(node)}": it only counts for routes`);
  }
  const wanted: RoutesWanted = { mode: modeIn(routes), ...(node !== undefined && { node }) };
  const address = parseAddressAsked(name);
  if (!address) return { wanted };
  const service = serviceBehind(address, views);
  const zone = views[0]?.zones[0]?.toString() ?? "";
  const named = `${service.name}.${service.namespace}.svc.${zone}`;
  const assumed = `${name} leads to Service "${service.namespace}/${service.name}": that is explained.`;
  return { wanted, instead: { address, service, name: named, assumed } };
}

function modeIn(text: string): ProxyMode {
  const mode = PROXY_MODES.find((one) => one === text);
  if (mode) return mode;
  throw new TypeError(
    `Cannot explain routes of mode "${safeText(text)}": expected ${PROXY_MODES.join(", ")}`,
  );
}

/** The Service that the looked-up names stand for: that of the name that was answered counts. */
export function serviceOf(
  names: readonly Seen[],
  views: readonly ClusterView[],
): { readonly service?: ServiceKey; readonly address?: AddressAsked } {
  const known = names.filter(({ facts }) => facts?.service || facts?.address !== undefined);
  const facts = (known.find(isAnswered) ?? known[0])?.facts;
  if (facts?.service) return { service: facts.service };
  if (facts?.address === undefined) return {};
  const { address } = facts;
  const [service] = views.flatMap((view) => view.servicesAt(address));
  return service ? { service, address: { address, port: undefined } } : {};
}
