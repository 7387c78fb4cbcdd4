/**
 * What kube-proxy reads of Services and EndpointSlices: more than DNS needs of them, and so of types of their own. Defaults
 * are those of the API server.
 */

import type { IpFamily } from "../ip-address.ts";

export interface ProxyService {
  readonly namespace: string;
  readonly name: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  readonly isHeadless: boolean;
  readonly externalName: string;
  /** One for a family at most; canonical text. */
  readonly clusterIPs: Readonly<Partial<Record<IpFamily, string>>>;
  readonly ports: readonly ProxyServicePort[];
  readonly externalIPs: readonly string[];
  readonly ingress: readonly LoadBalancerIngress[];
  /** As written, which may be with blanks. */
  readonly sourceRanges: readonly string[];
  readonly isInternalLocal: boolean;
  /** Whether `externalTrafficPolicy` is Local, and the Service has an address that is not internal. */
  readonly isExternalLocal: boolean;
  /** How long a client stays with its endpoint; undefined without session affinity. */
  readonly stickySeconds: number | undefined;
  /** 0 for none. */
  readonly healthCheckNodePort: number;
  readonly publishesNotReady: boolean;
  /** `spec.trafficDistribution`, or the older annotation; "" for neither. */
  readonly trafficDistribution: string;
}

export interface ProxyServicePort {
  /** "" for none. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** 0 for none. */
  readonly nodePort: number;
}

/** As kube-proxy writes it in names and rules. */
export type Protocol = "tcp" | "udp" | "sctp";

export interface LoadBalancerIngress {
  readonly ip: string;
  /** Whether nodes may keep the address to themselves; a load balancer with mode Proxy wants to be asked. */
  readonly isVip: boolean;
}

export interface ProxySlice {
  readonly name: string;
  readonly addressType: string;
  readonly ports: readonly ProxySlicePort[];
  readonly endpoints: readonly ProxySliceEndpoint[];
}

export interface ProxySlicePort {
  /** "" for none. */
  readonly name: string;
  readonly protocol: Protocol;
  /** Undefined for all ports, which kube-proxy passes over. */
  readonly port: number | undefined;
}

export interface ProxySliceEndpoint {
  readonly addresses: readonly string[];
  readonly isReady: boolean;
  readonly isServing: boolean;
  readonly isTerminating: boolean;
  /** "" if it is not said. */
  readonly nodeName: string;
  readonly zone: string;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
  /** The name of the Pod; "" if it is none. */
  readonly pod: string;
}
