/**
 * What DNS needs of a cluster, thinned to that, and how it arrives. Knows no DNS.
 * A source (manifests, or an API server's watch) tells a sink of each object and each change.
 */

import type { PodDialer } from "./pod-port.ts";
import type { RawRead, RawWanted } from "./raw-objects.ts";

export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

export interface Service extends ObjectKey {
  readonly kind: "Service";
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  /** Canonical text, IPv4 or IPv6; empty if headless or ExternalName. */
  readonly clusterIPs: readonly string[];
  /** clusterIP is "None". */
  readonly headless: boolean;
  /** Target of an ExternalName Service, else "". */
  readonly externalName: string;
  readonly ports: readonly ServicePort[];
  /** spec.externalIPs and the addresses of status.loadBalancer.ingress. */
  readonly externalIPs: readonly string[];
  /** Host names of status.loadBalancer.ingress. */
  readonly externalHostnames: readonly string[];
  readonly publishNotReadyAddresses: boolean;
  /** Whether the Service selects Pods, so that a controller writes its slices. */
  readonly hasSelector?: boolean;
  /** Whether a node takes what comes from outside for its own endpoints only (externalTrafficPolicy). */
  readonly isLocal?: boolean;
  /** Names of the annotation external-dns.alpha.kubernetes.io/hostname, as written; absent for none. */
  readonly hostnames?: readonly string[];
  /** The same for external-dns.alpha.kubernetes.io/internal-hostname. */
  readonly internalHostnames?: readonly string[];
}

export interface ServicePort {
  /** "" if it has no name. */
  readonly name: string;
  readonly port: number;
  /** Lower case: tcp, udp, sctp. */
  readonly protocol: string;
  /** The port of each node that leads here; absent for none. */
  readonly nodePort?: number;
}

export interface EndpointSlice extends ObjectKey {
  readonly kind: "EndpointSlice";
  /** From the label kubernetes.io/service-name; "" without one. */
  readonly serviceName: string;
  readonly addressType: "IPv4" | "IPv6" | "FQDN";
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly EndpointPort[];
  /** If the slice belongs to a ServiceImport: it then stands for endpoints of another cluster. */
  readonly imported?: ImportedFrom;
  /** When the cause of the last change happened, as its writer says; Unix time in milliseconds. */
  readonly triggeredAtMs?: number;
}

export interface ImportedFrom {
  /** Of the ServiceImport, from the label multicluster.kubernetes.io/service-name. */
  readonly serviceName: string;
  /** From the label multicluster.kubernetes.io/source-cluster; "" without one. */
  readonly cluster: string;
}

export interface Endpoint {
  /** Canonical text, or host names in a slice of type FQDN. */
  readonly addresses: readonly string[];
  /** conditions.ready, where absent means true. */
  readonly ready: boolean;
  /** "" if it has none. */
  readonly hostname: string;
  readonly nodeName: string;
  readonly zone: string;
  /** Name of the Pod that targetRef points to, or "". */
  readonly podName: string;
}

export interface EndpointPort {
  readonly name: string;
  /** 0 where the slice gives none: all ports. */
  readonly port: number;
  /** Lower case. */
  readonly protocol: string;
}

export interface Namespace extends ObjectKey {
  readonly kind: "Namespace";
  /** Always "". */
  readonly namespace: string;
}

export interface Pod extends ObjectKey {
  readonly kind: "Pod";
  /** All of status.podIPs in canonical text; the first one is status.podIP. */
  readonly podIPs: readonly string[];
  readonly phase: string;
  /** An API server's Pods have only those that are asked for. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A Service of the cluster set (Multi-Cluster Services API). */
export interface ServiceImport extends ObjectKey {
  readonly kind: "ServiceImport";
  readonly type: "ClusterSetIP" | "Headless";
  /** Canonical text; empty if headless. */
  readonly clusterIPs: readonly string[];
  readonly ports: readonly ServicePort[];
}

/** A machine of the cluster. */
export interface Node extends ObjectKey {
  readonly kind: "Node";
  /** Always "". */
  readonly namespace: string;
  /** Canonical text. */
  readonly internalIPs: readonly string[];
  readonly externalIPs: readonly string[];
  readonly ready: boolean;
}

/** Where a load balancer is to be found. */
export interface LoadBalancer {
  /** Canonical text. */
  readonly addresses: readonly string[];
  /** Names, where it has no address to tell. */
  readonly targets: readonly string[];
}

export interface Ingress extends ObjectKey, LoadBalancer {
  readonly kind: "Ingress";
  /** Of its rules, its TLS and its annotation, as written. */
  readonly hostnames: readonly string[];
}

export interface Gateway extends ObjectKey, LoadBalancer {
  readonly kind: "Gateway";
  /** Of its listeners and its annotation, as written. */
  readonly hostnames: readonly string[];
}

export type RouteKind = "HTTPRoute" | "TLSRoute" | "GRPCRoute";

export interface Route extends ObjectKey {
  readonly kind: RouteKind;
  /** As written; with none of its own a route has those of its Gateways. */
  readonly hostnames: readonly string[];
  /** Those that have taken it. */
  readonly gateways: readonly ObjectKey[];
}

export type ClusterObject =
  | Service
  | EndpointSlice
  | Namespace
  | Pod
  | ServiceImport
  | Node
  | Ingress
  | Gateway
  | Route;
export type Kind = ClusterObject["kind"];

/** Receives the cluster's state. Calls come one at a time and take effect before they return. */
export interface ClusterSink {
  /** An object is new or has changed. */
  upsert(object: ClusterObject): void;
  remove(kind: Kind, key: ObjectKey): void;
  /** All objects of a kind that exist now have been told of, at least once. */
  synced(kind: Kind): void;
}

/** A sink that keeps what it is told, can say it again, and be given it back after a restart. */
export interface ClusterStore extends ClusterSink {
  /** The objects of a kind that it has been told of are those of an earlier time, Unix time. */
  restored(kind: Kind, savedAtMs: number): void;
  /** What it keeps; may be read in pieces while it changes. */
  objects(): Iterable<ClusterObject>;
  /** Another object after each change. */
  readonly version: object;
}

/** Whether somebody tells of changes, and when they were last heard. */
export interface Contact {
  readonly isConnected: boolean;
  /** Time since anything came, were it only a sign of life; since the start if nothing has. */
  readonly silentMs: number;
}

/** @typeParam Sink what the source needs of those that it tells */
export interface ClusterSource<Sink extends ClusterSink = ClusterSink> {
  /** Begins to tell the sink; does not wait for the first state. Rejects only if it never can. */
  start(sink: Sink): Promise<void>;
  /**
   * What keeps it from telling all, or what is new; undefined if nothing does. Fit for anybody: no path, host,
   * user or word of others; those are in the log.
   */
  readonly trouble?: string | undefined;
  /** How it stands with those that it hears of a kind from; undefined if there is nobody. */
  contact?(kind: Kind): Contact | undefined;
  /** Rejects as `start` would, as far as that can be known without it. */
  check?(): Promise<void>;
  /**
   * Looks at objects once, whatever the selection; never rejects.
   * @param deadlineMs on the clock of `performance.now()`
   */
  read?(wanted: RawWanted, deadlineMs: number): Promise<RawRead>;
  /** Loads what connects to Pods; left out where there are none to connect to. To be called once it has started. */
  dialer?(): Promise<PodDialer>;
  stop(): Promise<void>;
}

/** What a source is asked for. */
export interface Selection {
  /** Only these namespaces; empty for all. */
  readonly namespaces: readonly string[];
  /** Kubernetes label selector that Services and EndpointSlices must match; "" for all. */
  readonly labels: string;
  /** Label selector that a Namespace must match for its objects to exist; "" for all. */
  readonly namespaceLabels: string;
  /** Kinds wanted besides Namespace and Service. */
  readonly endpoints: boolean;
  readonly pods: boolean;
  /** Labels of Pods that are to be told of, by name; none unless given. Looked at when the source starts. */
  readonly podLabels?: ReadonlySet<string>;
  /** ServiceImports, and the EndpointSlices that belong to them. */
  readonly serviceImports: boolean;
  readonly nodes?: boolean;
  /** Ingresses, Gateways and their routes, as far as the cluster has these kinds. */
  readonly gateways?: boolean;
}

const GATEWAY_KINDS = ["Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute"] as const;

/** Kinds that a cluster may be without: it then has no objects of them. */
export const OPTIONAL_KINDS: ReadonlySet<Kind> = new Set(GATEWAY_KINDS);

/** The kinds that a selection wants. */
export function kindsOf(selection: Selection): readonly Kind[] {
  const { endpoints, pods, serviceImports, nodes, gateways } = selection;
  return [
    "Namespace",
    "Service",
    ...(endpoints || serviceImports ? (["EndpointSlice"] as const) : []),
    ...(pods ? (["Pod"] as const) : []),
    ...(serviceImports ? (["ServiceImport"] as const) : []),
    ...(nodes === true ? (["Node"] as const) : []),
    ...(gateways === true ? GATEWAY_KINDS : []),
  ];
}
