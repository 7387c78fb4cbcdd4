import type { ProxiedPort } from "../../kube/proxy/proxied-port.ts";
import type { ProxyEndpoint } from "../../kube/proxy/proxy-endpoints.ts";
import { servesUntilItEnds } from "../../kube/proxy/categorize.ts";
import { MAX_TOLD_ENDPOINTS, outcomesOf } from "./outcomes.ts";
import type { Entrance, PortRoutes, RouteEndpoint, RoutesWanted, Way } from "./routes.ts";

/** An address, or an address and a port, rather than a name. */
export interface AddressAsked {
  readonly address: string;
  readonly port: number | undefined;
}

/** @param asked only what it stands for; all ways without it */
export async function portRoutes(
  port: ProxiedPort,
  endpoints: readonly ProxyEndpoint[],
  wanted: RoutesWanted,
  asked: AddressAsked | undefined,
): Promise<PortRoutes> {
  const inside: Entrance = { kind: "ClusterIP", address: port.clusterIP, port: port.port };
  const isAsked = (entrance: Entrance): boolean => !asked || isBehind(asked, entrance);
  const ways = [
    await wayOf(port, endpoints, port.isInternalLocal, [inside].filter(isAsked), wanted),
    await wayOf(
      port,
      endpoints,
      port.isExternalLocal,
      outerEntrances(port).filter(isAsked),
      wanted,
    ),
  ];
  return {
    name: port.portName,
    protocol: port.protocol.toUpperCase(),
    port: port.port,
    family: port.family,
    endpointCount: endpoints.length,
    endpoints: endpoints.slice(0, MAX_TOLD_ENDPOINTS).map(toldEndpoint),
    ways: ways.filter(({ entrances }) => entrances.length > 0),
  };
}

/** An address that is no Service's may be a node's: then the port tells. */
function isBehind({ address, port }: AddressAsked, entrance: Entrance): boolean {
  if (entrance.address === null) return entrance.port === port;
  return entrance.address === address && (port === undefined || entrance.port === port);
}

async function wayOf(
  port: ProxiedPort,
  endpoints: readonly ProxyEndpoint[],
  isLocal: boolean,
  entrances: readonly Entrance[],
  wanted: RoutesWanted,
): Promise<Way> {
  return {
    entrances,
    policy: isLocal ? "Local" : "Cluster",
    outcomes: entrances.length === 0 ? [] : await outcomesOf(port, endpoints, isLocal, wanted),
  };
}

function outerEntrances({
  port,
  nodePort,
  externalIPs,
  loadBalancerIPs,
}: ProxiedPort): readonly Entrance[] {
  return [
    ...(nodePort === 0 ? [] : [{ kind: "NodePort" as const, address: null, port: nodePort }]),
    ...externalIPs.map((address) => ({ kind: "external IP" as const, address, port })),
    ...loadBalancerIPs.map((address) => ({ kind: "load balancer" as const, address, port })),
  ];
}

function toldEndpoint(endpoint: ProxyEndpoint): RouteEndpoint {
  const { text, pod, nodeName, zone, isReady, zoneHints, nodeHints } = endpoint;
  const ending = servesUntilItEnds(endpoint) ? "terminating but serving" : "not ready";
  return {
    address: text,
    pod: pod || null,
    node: nodeName || null,
    zone: zone || null,
    state: isReady ? "ready" : ending,
    zoneHints,
    nodeHints,
  };
}
