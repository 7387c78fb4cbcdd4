import type { IpFamily } from "../ip-address.ts";
import { iptablesChains } from "./chain-names.ts";
import type { IptablesRule } from "./iptables-rule.ts";
import type { PortOnNode } from "./port-on-node.ts";
import { isInsideOpen, isOutsideOpen } from "./port-on-node.ts";

interface Entrance {
  readonly comment: string;
  readonly destination?: string;
  readonly port: number;
  readonly chain: "KUBE-SERVICES" | "KUBE-NODEPORTS";
  readonly to: string;
}

/** What does not come in by the ClusterIP. */
function outerEntrances({ port }: PortOnNode): readonly Entrance[] {
  const { label, externalIPs, loadBalancerIPs, nodePort, sourceRanges } = port;
  const chains = iptablesChains(port);
  const services = { port: port.port, chain: "KUBE-SERVICES" as const };
  const behind = sourceRanges.length > 0 ? chains.firewall : chains.external;
  const entrances: Entrance[] = [
    ...externalIPs.map((destination) => {
      return { ...services, comment: `${label} external IP`, destination, to: chains.external };
    }),
    ...loadBalancerIPs.map((destination) => {
      return { ...services, comment: `${label} loadbalancer IP`, destination, to: behind };
    }),
  ];
  if (nodePort !== 0) {
    const to = chains.external;
    entrances.push({ comment: label, port: nodePort, chain: "KUBE-NODEPORTS", to });
  }
  return entrances;
}

/** Where connections come in to chains of the port: the first rule that sees them. */
export function entrances(made: PortOnNode): readonly IptablesRule[] {
  const { port, endpoints } = made;
  const chains = iptablesChains(port);
  const open: Entrance[] = [];
  if (isInsideOpen(made)) {
    const to = port.isInternalLocal ? chains.local : chains.cluster;
    const comment = `${port.label} cluster IP`;
    const { clusterIP: destination, port: number } = port;
    open.push({ comment, destination, port: number, chain: "KUBE-SERVICES", to });
  }
  if (endpoints.hasAny) open.push(...outerEntrances(made));
  return open.flatMap(({ chain, comment, destination, port: destinationPort, to }) => {
    const rule = {
      table: "nat",
      chain,
      protocol: port.protocol,
      comment,
      destinationPort,
    } as const;
    const last = { ...rule, ...(destination !== undefined && { destination }), target: to };
    const isCounted = chain === "KUBE-NODEPORTS" && port.family === "IPv4";
    // Who uses a node's port by the loopback address is counted: kube-proxy wants to do without one day.
    return isCounted
      ? [{ ...last, destination: LOOPBACK, counter: LOOPBACK_COUNTER }, last]
      : [last];
  });
}

const LOOPBACK = "127.0.0.0/8";
const LOOPBACK_COUNTER = "localhost_nps_accepted_pkts";

/** Without any endpoint connections are rejected; without one of this node, where only such are used, dropped. */
export function closedEntrances(made: PortOnNode): readonly IptablesRule[] {
  const { port, endpoints } = made;
  const { label, protocol, clusterIP, loadBalancerIPs, sourceRanges, healthCheckNodePort } = port;
  const target = endpoints.hasAny ? "DROP" : rejectTarget(port.family);
  const comment = `${label} has no ${endpoints.hasAny ? "local " : ""}endpoints`;
  const closed = { table: "filter" as const, protocol, comment, target };
  const rules: IptablesRule[] = [];
  if (!isInsideOpen(made)) {
    const destinationPort = port.port;
    rules.push({ ...closed, chain: "KUBE-SERVICES", destination: clusterIP, destinationPort });
  }
  if (!isOutsideOpen(made)) {
    for (const { destination, port: destinationPort } of outerEntrances(made)) {
      const chain = "KUBE-EXTERNAL-SERVICES";
      rules.push(
        destination === undefined
          ? { ...closed, chain, matches: ["-m addrtype --dst-type LOCAL"], destinationPort }
          : { ...closed, chain, destination, destinationPort },
      );
    }
  }
  if (endpoints.hasAny && sourceRanges.length > 0) {
    const refused = `${label} traffic not accepted by ${iptablesChains(port).firewall}`;
    const chain = "KUBE-PROXY-FIREWALL";
    const last = { ...closed, chain, comment: refused, destinationPort: port.port, target: "DROP" };
    rules.push(...loadBalancerIPs.map((destination) => ({ ...last, destination })));
  }
  if (healthCheckNodePort !== 0) {
    rules.push({
      table: "filter",
      chain: "KUBE-NODEPORTS",
      protocol: "tcp",
      comment: `${label} health check node port`,
      destinationPort: healthCheckNodePort,
      target: "ACCEPT",
    });
  }
  return rules;
}

function rejectTarget(family: IpFamily): string {
  return `REJECT --reject-with ${family === "IPv4" ? "icmp-port-unreachable" : "icmp6-port-unreachable"}`;
}
