import type { Categorized, ProxyNode } from "./categorize.ts";
import type { ProxiedPort } from "./proxied-port.ts";

/** What only the node and the options of its kube-proxy say. */
export interface NodeSettings {
  /** The range of this cluster's Pods, `clusterCIDR`, or a word that stands for it. */
  readonly podRange: string;
  /** An address of the node; undefined if it is not known. */
  readonly nodeIP: string | undefined;
}

/** What a node's proxy makes its rules of. */
export interface PortOnNode {
  readonly port: ProxiedPort;
  readonly node: ProxyNode;
  /** Those of the port, as this node uses them. */
  readonly endpoints: Categorized;
  readonly settings: NodeSettings;
}

/** Whether the ClusterIP leads anywhere. */
export function isInsideOpen({ port, endpoints }: PortOnNode): boolean {
  return endpoints.hasAny && (!port.isInternalLocal || endpoints.local.length > 0);
}

/** Whether the other addresses lead anywhere, for who comes from outside. */
export function isOutsideOpen({ port, endpoints }: PortOnNode): boolean {
  return endpoints.hasAny && (!port.isExternalLocal || endpoints.local.length > 0);
}

/** What is let in to a load balancer's address, if not all is. */
export function admittedSources({ port, settings }: PortOnNode): readonly string[] {
  const { sourceRanges, loadBalancerIPs } = port;
  const { nodeIP } = settings;
  const isNodeIn = nodeIP !== undefined && sourceRanges.some((range) => range.contains(nodeIP));
  return [
    ...sourceRanges.map(({ text }) => text),
    // A node that keeps the address to itself asks from it.
    ...(isNodeIn ? loadBalancerIPs : []),
  ];
}
