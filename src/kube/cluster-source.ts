/**
 * What DNS needs of a cluster, thinned to that, and how it arrives. Knows no DNS.
 * A source (manifests, or an API server's watch) tells a sink of each object and each change.
 */

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
}

export interface ServicePort {
  /** "" if it has no name. */
  readonly name: string;
  readonly port: number;
  /** Lower case: tcp, udp, sctp. */
  readonly protocol: string;
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

export type ClusterObject = Service | EndpointSlice | Namespace | Pod | ServiceImport;
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
  /** ServiceImports, and the EndpointSlices that belong to them. */
  readonly serviceImports: boolean;
}

/** The kinds that a selection wants. */
export function kindsOf({ endpoints, pods, serviceImports }: Selection): readonly Kind[] {
  return [
    "Namespace",
    "Service",
    ...(endpoints || serviceImports ? (["EndpointSlice"] as const) : []),
    ...(pods ? (["Pod"] as const) : []),
    ...(serviceImports ? (["ServiceImport"] as const) : []),
  ];
}
