import type { IpFamily } from "../ip-address.ts";
import { iptablesChains } from "./chain-names.ts";
import { closedEntrances, entrances } from "./iptables-entrances.ts";
import type { IptablesRule } from "./iptables-rule.ts";
import { probabilityMatch } from "./iptables-rule.ts";
import type { PortOnNode } from "./port-on-node.ts";
import { admittedSources, isInsideOpen, isOutsideOpen } from "./port-on-node.ts";
import { isReachedFromOutside } from "./proxied-port.ts";
import type { ProxyEndpoint } from "./proxy-endpoints.ts";

const MASQUERADE = "KUBE-MARK-MASQ";

/** The rules that the iptables mode has for a port on a node, those of tables nat and filter (pkg/proxy/iptables). */
export function iptablesRules(made: PortOnNode): readonly IptablesRule[] {
  const { endpoints } = made;
  const chains = iptablesChains(made.port);
  return [
    ...entrances(made),
    ...closedEntrances(made),
    ...internalMasquerade(made),
    ...externalChain(made),
    ...firewallChain(made),
    ...policyChain(made, chains.cluster, endpoints.cluster),
    ...policyChain(made, chains.local, endpoints.local),
    ...endpoints.reachable.flatMap((one) => endpointChain(made, one)),
  ];
}

/** What comes to the ClusterIP from outside of the cluster goes out with the node's address. */
function internalMasquerade(made: PortOnNode): readonly IptablesRule[] {
  const { port, settings } = made;
  const chains = iptablesChains(port);
  if (!isInsideOpen(made)) return [];
  return [
    {
      table: "nat",
      chain: port.isInternalLocal ? chains.local : chains.cluster,
      source: settings.podRange,
      isElsewhere: true,
      destination: port.clusterIP,
      protocol: port.protocol,
      comment: `${port.label} cluster IP`,
      destinationPort: port.port,
      target: MASQUERADE,
    },
  ];
}

function externalChain(made: PortOnNode): readonly IptablesRule[] {
  const { port, endpoints, settings } = made;
  const chains = iptablesChains(port);
  if (!endpoints.hasAny || !isReachedFromOutside(port)) return [];
  const { label } = port;
  const chain = { table: "nat" as const, chain: chains.external };
  const fromNode = { matches: ["-m addrtype --src-type LOCAL"] };
  const about = (what: string): string => `${what} ${label} external destinations`;
  const rules: IptablesRule[] = port.isExternalLocal
    ? [
        {
          ...chain,
          source: settings.podRange,
          comment: about("pod traffic for"),
          target: chains.cluster,
        },
        {
          ...chain,
          comment: about("masquerade LOCAL traffic for"),
          ...fromNode,
          target: MASQUERADE,
        },
        {
          ...chain,
          comment: about("route LOCAL traffic for"),
          ...fromNode,
          target: chains.cluster,
        },
      ]
    : [{ ...chain, comment: about("masquerade traffic for"), target: MASQUERADE }];
  if (isOutsideOpen(made)) {
    const target = port.isExternalLocal ? chains.local : chains.cluster;
    rules.push({ ...chain, comment: "", target });
  }
  return rules;
}

function firewallChain(made: PortOnNode): readonly IptablesRule[] {
  const { port, endpoints } = made;
  const { label, sourceRanges, loadBalancerIPs } = port;
  const isUsed = sourceRanges.length > 0 && loadBalancerIPs.length > 0;
  if (!endpoints.hasAny || !isUsed) return [];
  const chains = iptablesChains(port);
  const chain = { table: "nat" as const, chain: chains.firewall };
  const comment = `${label} loadbalancer IP`;
  const rest = `other traffic to ${label} will be dropped by KUBE-PROXY-FIREWALL`;
  return [
    ...admittedSources(made).map((source) => ({
      ...chain,
      source,
      comment,
      target: chains.external,
    })),
    { ...chain, comment: rest },
  ];
}

function policyChain(
  { port }: PortOnNode,
  chain: string,
  endpoints: readonly ProxyEndpoint[],
): readonly IptablesRule[] {
  const chains = iptablesChains(port);
  const to = (one: ProxyEndpoint, matches: readonly string[]): IptablesRule => ({
    table: "nat",
    chain,
    comment: `${port.label} -> ${one.text}`,
    matches,
    target: chains.endpoint(one),
  });
  const { stickySeconds, family } = port;
  const sticky = endpoints.map((one) => {
    const recent = `-m recent --rcheck --seconds ${stickySeconds} --reap`;
    return to(one, [`${recent} ${listName(chains.endpoint(one), family)}`]);
  });
  const drawn = endpoints.map((one, i) => {
    const left = endpoints.length - i;
    return to(one, left === 1 ? [] : [probabilityMatch(left)]);
  });
  return stickySeconds === undefined ? drawn : [...sticky, ...drawn];
}

/** The list of clients that were sent to an endpoint. */
function listName(chain: string, family: IpFamily): string {
  const mask = family === "IPv4" ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  return `--name ${chain} --mask ${mask} --rsource`;
}

function endpointChain({ port }: PortOnNode, one: ProxyEndpoint): readonly IptablesRule[] {
  const chain = iptablesChains(port).endpoint(one);
  const rule = { table: "nat" as const, chain, comment: port.label };
  const remembers = [`-m recent --set ${listName(chain, port.family)}`];
  return [
    // Who is sent to itself would not know the answer for one.
    { ...rule, source: one.ip, target: MASQUERADE },
    {
      ...rule,
      protocol: port.protocol,
      ...(port.stickySeconds !== undefined && { matches: remembers }),
      target: `DNAT --to-destination ${one.text}`,
    },
  ];
}
