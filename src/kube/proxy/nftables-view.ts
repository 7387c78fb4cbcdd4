import { nftablesChains } from "./chain-names.ts";
import type { PortOnNode } from "./port-on-node.ts";
import { admittedSources, isInsideOpen, isOutsideOpen } from "./port-on-node.ts";
import { isReachedFromOutside } from "./proxied-port.ts";
import type { ProxyEndpoint } from "./proxy-endpoints.ts";

/** What the nftables mode has for a port on a node in its table `kube-proxy` of family ip or ip6 (pkg/proxy/nftables), as `nft list` shows it. */
export interface NftablesView {
  readonly elements: readonly NftablesElement[];
  readonly chains: readonly NftablesChain[];
  /** Sets of clients that stay with an endpoint. */
  readonly affinitySets: readonly { readonly name: string; readonly timeoutSeconds: number }[];
}

export interface NftablesElement {
  /** The map or set that it is in. */
  readonly container: string;
  /** `10.96.0.1 . tcp . 443` */
  readonly key: string;
  /** The verdict; "" in a set. */
  readonly verdict: string;
}

export interface NftablesChain {
  readonly name: string;
  readonly rules: readonly string[];
}

/** The mark that kube-proxy's option `masqueradeBit` makes, 14 by default. */
const MASQUERADE = "meta mark set meta mark | 0x00004000";
const REJECT = "goto reject-chain";

export function nftablesView(made: PortOnNode): NftablesView {
  const { port, endpoints } = made;
  const chains = nftablesChains(port);
  const { stickySeconds } = port;
  const isSticky = stickySeconds !== undefined;
  return {
    elements: [...insideElements(made), ...outsideElements(made), ...hairpins(made)],
    chains: [
      externalChain(made),
      firewallChain(made),
      policyChain(made, chains.cluster, endpoints.cluster),
      policyChain(made, chains.local, endpoints.local),
      ...(isSticky ? endpoints.reachable.map((one) => endpointChain(made, one)) : []),
    ].filter(({ rules }) => rules.length > 0),
    affinitySets: isSticky
      ? endpoints.reachable.map((one) => {
          return { name: chains.affinity(one), timeoutSeconds: stickySeconds };
        })
      : [],
  };
}

function insideElements(made: PortOnNode): readonly NftablesElement[] {
  const { port, endpoints } = made;
  const { clusterIP, protocol, port: number, isInternalLocal } = port;
  const { local, cluster } = nftablesChains(port);
  const key = `${clusterIP} . ${protocol} . ${number}`;
  const closed = endpoints.hasAny ? "drop" : REJECT;
  return [
    { container: "cluster-ips", key: clusterIP, verdict: "" },
    isInsideOpen(made)
      ? { container: "service-ips", key, verdict: `goto ${isInternalLocal ? local : cluster}` }
      : { container: "no-endpoint-services", key, verdict: closed },
  ];
}

function outsideElements(made: PortOnNode): readonly NftablesElement[] {
  const { port, endpoints } = made;
  const { protocol, port: number, nodePort, externalIPs, loadBalancerIPs, sourceRanges } = port;
  const { external, firewall } = nftablesChains(port);
  const open = `goto ${external}`;
  const closed = endpoints.hasAny ? "drop" : REJECT;
  const elements: NftablesElement[] = [];
  const add = (container: string, key: string, verdict: string): void => {
    elements.push({ container, key, verdict });
  };
  for (const address of [...externalIPs, ...loadBalancerIPs]) {
    const key = `${address} . ${protocol} . ${number}`;
    if (endpoints.hasAny) add("service-ips", key, open);
    if (!isOutsideOpen(made)) add("no-endpoint-services", key, closed);
  }
  if (sourceRanges.length > 0) {
    for (const address of loadBalancerIPs) {
      add("firewall-ips", `${address} . ${protocol} . ${number}`, `goto ${firewall}`);
    }
  }
  if (nodePort !== 0) {
    const key = `${protocol} . ${nodePort}`;
    if (endpoints.hasAny) add("service-nodeports", key, open);
    if (!isOutsideOpen(made)) add("no-endpoint-nodeports", key, closed);
  }
  return elements;
}

/** Endpoints of this node, which may be sent to themselves. */
function hairpins({ port, endpoints, node }: PortOnNode): readonly NftablesElement[] {
  return endpoints.reachable
    .filter(({ nodeName }) => nodeName !== "" && nodeName === node.name)
    .map((one) => {
      const key = `${one.ip} . ${one.ip} . ${port.protocol} . ${one.port}`;
      return { container: "hairpin-connections", key, verdict: "" };
    });
}

function externalChain(made: PortOnNode): NftablesChain {
  const { port, endpoints, settings } = made;
  const { external: name, cluster, local } = nftablesChains(port);
  if (!endpoints.hasAny || !isReachedFromOutside(port)) return { name, rules: [] };
  const rules = port.isExternalLocal
    ? [
        `${ip(made)} saddr ${settings.podRange} goto ${cluster}`,
        `fib saddr type local ${MASQUERADE}`,
        `fib saddr type local goto ${cluster}`,
      ]
    : [MASQUERADE];
  if (isOutsideOpen(made)) rules.push(`goto ${port.isExternalLocal ? local : cluster}`);
  return { name, rules };
}

function firewallChain(made: PortOnNode): NftablesChain {
  const { port } = made;
  const { firewall: name } = nftablesChains(port);
  if (port.sourceRanges.length === 0 || port.loadBalancerIPs.length === 0) {
    return { name, rules: [] };
  }
  const sources = admittedSources(made).join(", ");
  return { name, rules: [`${ip(made)} saddr != { ${sources} } drop`] };
}

function policyChain(
  made: PortOnNode,
  name: string,
  endpoints: readonly ProxyEndpoint[],
): NftablesChain {
  const { port } = made;
  if (endpoints.length === 0) return { name, rules: [] };
  const chains = nftablesChains(port);
  const draw = `numgen random mod ${endpoints.length}`;
  const items = (of: (one: ProxyEndpoint) => string): string =>
    endpoints.map((one, i) => `${i} : ${of(one)}`).join(", ");
  if (port.stickySeconds === undefined) {
    const targets = items((one) => `${one.ip} . ${one.port}`);
    const to = `dnat ${ip(made)} addr . port to ${draw} map { ${targets} }`;
    return { name, rules: [`meta l4proto ${port.protocol} ${to}`] };
  }
  return {
    name,
    rules: [
      ...endpoints.map((one) => {
        return `${ip(made)} saddr @${chains.affinity(one)} goto ${chains.endpoint(one)}`;
      }),
      `${draw} vmap { ${items((one) => `goto ${chains.endpoint(one)}`)} }`,
    ],
  };
}

function endpointChain(made: PortOnNode, one: ProxyEndpoint): NftablesChain {
  const { port } = made;
  const chains = nftablesChains(port);
  return {
    name: chains.endpoint(one),
    rules: [
      `update @${chains.affinity(one)} { ${ip(made)} saddr }`,
      `meta l4proto ${port.protocol} dnat to ${one.text}`,
    ],
  };
}

function ip({ port }: PortOnNode): "ip" | "ip6" {
  return port.family === "IPv4" ? "ip" : "ip6";
}
