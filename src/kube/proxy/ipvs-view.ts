import type { PortOnNode } from "./port-on-node.ts";
import { hostPort } from "./proxy-endpoints.ts";
import type { ProxyEndpoint } from "./proxy-endpoints.ts";

/** An address and port that IPVS takes connections for (pkg/proxy/ipvs). */
export interface VirtualServer {
  readonly protocol: string;
  readonly address: string;
  /** kube-proxy's own, unless its option `scheduler` says another. */
  readonly scheduler: "rr";
  readonly persistentSeconds: number | undefined;
  /** Each with weight 1, masqueraded. */
  readonly realServers: readonly string[];
}

export function ipvsView(made: PortOnNode): readonly VirtualServer[] {
  const { port, settings } = made;
  const inside = endpointsFor(made, port.isInternalLocal);
  const outside = endpointsFor(made, port.isExternalLocal);
  const server = (
    address: string,
    number: number,
    endpoints: readonly ProxyEndpoint[],
  ): VirtualServer => ({
    protocol: port.protocol.toUpperCase(),
    address: hostPort(address, number),
    scheduler: "rr",
    persistentSeconds: port.stickySeconds,
    realServers: endpoints.map(({ text }) => text),
  });
  const servers = [server(port.clusterIP, port.port, inside)];
  for (const address of [...port.externalIPs, ...port.loadBalancerIPs]) {
    servers.push(server(address, port.port, outside));
  }
  if (port.nodePort !== 0) {
    servers.push(server(settings.nodeIP ?? NODE_ADDRESS, port.nodePort, outside));
  }
  return servers;
}

/** Stands for an address of the node that is not known. */
const NODE_ADDRESS = "NODE-ADDRESS";

/** Unlike other modes, this one takes those of other nodes where this one has none. */
function endpointsFor({ endpoints }: PortOnNode, isLocal: boolean): readonly ProxyEndpoint[] {
  return isLocal && endpoints.local.length > 0 ? endpoints.local : endpoints.cluster;
}
