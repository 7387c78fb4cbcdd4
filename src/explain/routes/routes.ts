/*
 * The field `routes` of an explanation: where kube-proxy sends what is meant for a Service. Told as `explanation.ts` tells: unknown is
 * null, every text is printable ASCII.
 */

export type ProxyMode = "iptables" | "ipvs" | "nftables";
export const PROXY_MODES: readonly ProxyMode[] = ["iptables", "ipvs", "nftables"];

/** What the user wants to see of them. */
export interface RoutesWanted {
  readonly mode: ProxyMode;
  /** The node whose kube-proxy is meant; all of them without it. */
  readonly node?: string | undefined;
}

export interface Routes {
  /** What there is, or why there is none. */
  readonly sentence: string;
  /** `namespace/name`; null if no Service stands behind the name. */
  readonly service: string | null;
  /** A port in one family. */
  readonly ports: readonly PortRoutes[];
  /** Whole sentences on what holds for all of them. */
  readonly notes: readonly string[];
  /** What kube-proxy has on a node; null without routes, and where they are of more than 1000 endpoints. */
  readonly view: NodeView | null;
}

export interface PortRoutes {
  readonly name: string;
  /** TCP, UDP or SCTP. */
  readonly protocol: string;
  readonly port: number;
  readonly family: "IPv4" | "IPv6";
  /** How many there are; `endpoints` has at most 100. */
  readonly endpointCount: number;
  readonly endpoints: readonly RouteEndpoint[];
  readonly ways: readonly Way[];
}

export interface RouteEndpoint {
  /** With its port. */
  readonly address: string;
  readonly pod: string | null;
  readonly node: string | null;
  readonly zone: string | null;
  readonly state: "ready" | "terminating but serving" | "not ready";
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

/** Addresses for which the same holds. */
export interface Way {
  readonly entrances: readonly Entrance[];
  /** `internalTrafficPolicy` for the ClusterIP, `externalTrafficPolicy` for the others. */
  readonly policy: "Cluster" | "Local";
  /** What becomes of a connection on one node or another. */
  readonly outcomes: readonly RouteOutcome[];
}

export interface Entrance {
  readonly kind: "ClusterIP" | "external IP" | "load balancer" | "NodePort";
  /** Null for an address of the node. */
  readonly address: string | null;
  readonly port: number;
}

export interface RouteOutcome {
  /** "every node", "node-a, other nodes of zone-b" */
  readonly where: string;
  /** The nodes that `where` names. */
  readonly nodes: readonly string[];
  /**
   * `sent`: to one of `to`. `rejected`: the client sees that its connection is refused. `dropped`: it waits until its time is up.
   */
  readonly result: "sent" | "rejected" | "dropped";
  /** Why to these, or to none. */
  readonly why: string;
  /** How many there are, each as likely; `to` has at most 100. */
  readonly count: number;
  readonly to: readonly string[];
}

export interface NodeView {
  readonly mode: ProxyMode;
  /** Null if it is any node's, as all of them do the same. */
  readonly node: string | null;
  /** What prints the like on the node. */
  readonly command: string;
  /** At most 1000. */
  readonly lines: readonly string[];
}
