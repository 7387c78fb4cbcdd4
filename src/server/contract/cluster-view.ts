import type { Name } from "../../dns/name.ts";
import { defineCapability } from "./capability.ts";

/** What is known of a Service, for people. Names are those of the API server, not fit to print as they are. */
export interface ServiceFacts {
  readonly name: string;
  readonly namespace: string;
  /** ClusterIP, NodePort, LoadBalancer or ExternalName. */
  readonly type: string;
  readonly headless: boolean;
  readonly clusterIPs: readonly string[];
  /** "" if it has none. */
  readonly externalName: string;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly protocol: string;
  }[];
  /** Names of the ports that its endpoints have: what SRV records of a headless Service are made of. */
  readonly endpointPorts: readonly { readonly name: string; readonly protocol: string }[];
  /** Names of its endpoints below the Service; at most 100. */
  readonly endpointNames: readonly string[];
  /** Addresses of ready endpoints; undefined where endpoints are not watched. */
  readonly ready: number | undefined;
  /** Addresses of Pods of it that are not ready. */
  readonly notReady: number;
}

/** What a name of the cluster says, and what there is of that. */
export interface ClusterFacts {
  /** The zone that the name is in. */
  readonly zone: Name;
  readonly isReverse: boolean;
  /** The address that a reverse name stands for. */
  readonly address: string | undefined;
  /** `svc`, `pod`, or "" if the name says neither. */
  readonly kind: string;
  /** "" for what the name does not say. */
  readonly namespace: string;
  readonly serviceName: string;
  readonly portName: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly namespaceExists: boolean;
  /** Whether the configuration shows the namespace. */
  readonly namespaceShown: boolean;
  readonly service: ServiceFacts | undefined;
  /** A namespace with nearly that name. */
  readonly nearestNamespace: string | undefined;
  /** A Service of the namespace with nearly that name. */
  readonly nearestService: string | undefined;
  /** Namespaces that have a Service of that name; at most 5. */
  readonly elsewhere: readonly string[];
}

/** What the configuration and the source have to do with what is shown. */
export interface ClusterState {
  readonly pods: "disabled" | "insecure" | "verified";
  readonly ignoresEmptyServices: boolean;
  /** Namespaces that are shown; empty for all. */
  readonly namespaces: readonly string[];
  /** Label selector that Services, EndpointSlices and Pods have to match; "" for all. */
  readonly labels: string;
  /** Label selector that Namespaces have to match; "" for all. */
  readonly namespaceLabels: string;
  /** Kinds that have not been told of in full. */
  readonly unsynced: readonly string[];
  /** When it began to wait for them, Unix time in milliseconds. */
  readonly sinceMs: number;
  /** What keeps the source from telling all, in words fit for anybody. */
  readonly trouble: string | undefined;
  /** Since when nobody tells of changes; undefined while somebody does, or where nobody ever would. */
  readonly awaySinceMs: number | undefined;
  /** When what is served was so, if it is a snapshot's; Unix time in milliseconds. */
  readonly savedAtMs: number | undefined;
}

export interface ServiceKey {
  readonly namespace: string;
  readonly name: string;
}

/** The cluster as its names are made of it, for those who explain names. Nothing on the way of a query asks it. */
export interface ClusterView {
  /** Zones of names, the primary one first; without those of addresses. */
  readonly zones: readonly Name[];
  state(): ClusterState;
  /** Objects that are known by now. Looks at each of them. */
  objectCount(): number;
  /** Undefined for a name of no zone. */
  factsOf(qname: Name): ClusterFacts | undefined;
  /** The name of the namespace of the Pod with an address; undefined if none is known. */
  namespaceOfAddress(address: string): string | undefined;
  /** Services that an address is the ClusterIP of, or one from outside. */
  servicesAt(address: string): readonly ServiceKey[];
  /** Services that nodes keep a port for. */
  servicesAtNodePort(port: number): readonly ServiceKey[];
  /** An address of a Pod; undefined if Pods are not watched or there is none. */
  addressOfPod(namespace: string, name: string): string | undefined;
}

/** Offered by *kubernetes*, used by `portolan explain`. */
export const clusterView = defineCapability<ClusterView>("cluster view");
