import type { Endpoint, Kind, ObjectKey, ServicePort } from "../../cluster-source.ts";

/**
 * Objects on the way from either encoding to the thinned ones: the fields that an API server
 * has, so that what they mean is decided in one place (thin.ts). "" and empty stand for absent.
 */
export interface MetadataDraft {
  namespace: string;
  name: string;
  resourceVersion: string;
  /** There is a deletionTimestamp. */
  isTerminating: boolean;
  serviceName: string;
  importName: string;
  sourceCluster: string;
  triggeredAt: string;
  initialEventsEnd: string;
  hostnames: string;
  internalHostnames: string;
  /** Labels that are wanted besides, by name, as far as there are some. */
  kept: Record<string, string> | undefined;
}

export const NO_LABELS: ReadonlySet<string> = new Set();

/** What is to be read. */
export interface Wanted {
  readonly kind: Kind;
  readonly keptLabels: ReadonlySet<string>;
}

type MetadataText =
  | "serviceName"
  | "importName"
  | "sourceCluster"
  | "triggeredAt"
  | "initialEventsEnd"
  | "hostnames"
  | "internalHostnames";

/** The labels that are needed. */
export const LABELS: ReadonlyMap<string, MetadataText> = new Map([
  ["kubernetes.io/service-name", "serviceName"],
  ["multicluster.kubernetes.io/service-name", "importName"],
  ["multicluster.kubernetes.io/source-cluster", "sourceCluster"],
]);

/** The annotations that are needed. */
export const ANNOTATIONS: ReadonlyMap<string, MetadataText> = new Map([
  ["endpoints.kubernetes.io/last-change-trigger-time", "triggeredAt"],
  ["k8s.io/initial-events-end", "initialEventsEnd"],
  ["external-dns.alpha.kubernetes.io/hostname", "hostnames"],
  ["external-dns.alpha.kubernetes.io/internal-hostname", "internalHostnames"],
]);

export function newMetadata(): MetadataDraft {
  return {
    namespace: "",
    name: "",
    resourceVersion: "",
    isTerminating: false,
    serviceName: "",
    importName: "",
    sourceCluster: "",
    triggeredAt: "",
    initialEventsEnd: "",
    hostnames: "",
    internalHostnames: "",
    kept: undefined,
  };
}

/** Values of labels are few, as names of versions and teams. */
export function keepLabel(draft: MetadataDraft, name: string, value: string): void {
  draft.kept ??= Object.create(null) as Record<string, string>;
  draft.kept[name] = value;
}

/** A thinned object in the making. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

export type PortDraft = Draft<ServicePort>;

/** With addresses as they come. */
export type EndpointDraft = Draft<Omit<Endpoint, "addresses">> & { addresses: string[] };

/**
 * The list with one more text, to be used in place of it. Nearly always it is the first and only
 * one: a list that is pushed to would have room for seventeen.
 */
export function withText(texts: string[], text: string): string[] {
  if (texts.length === 0) return [text];
  texts.push(text);
  return texts;
}

export interface IngressDraft {
  ip: string;
  hostname: string;
}

export interface ServiceDraft {
  type: string;
  clusterIP: string;
  clusterIPs: string[];
  externalName: string;
  externalIPs: string[];
  ingress: IngressDraft[];
  ports: PortDraft[];
  publishNotReadyAddresses: boolean;
  hasSelector: boolean;
  isLocal: boolean;
}

export interface SliceDraft {
  addressType: string;
  endpoints: EndpointDraft[];
  ports: PortDraft[];
}

export interface PodDraft {
  phase: string;
  podIP: string;
  podIPs: string[];
}

export interface ServiceImportDraft {
  type: string;
  ips: string[];
  ports: PortDraft[];
}

export function newService(): ServiceDraft {
  return {
    type: "",
    clusterIP: "",
    clusterIPs: [],
    externalName: "",
    externalIPs: [],
    ingress: [],
    ports: [],
    publishNotReadyAddresses: false,
    hasSelector: false,
    isLocal: false,
  };
}

export interface NodeDraft {
  readonly addresses: { type: string; address: string }[];
  ready: boolean;
}

/** Of an Ingress or a Gateway. */
export interface BalancerDraft {
  readonly hostnames: string[];
  readonly ingress: IngressDraft[];
}

export interface RouteDraft {
  readonly hostnames: string[];
  readonly gateways: ObjectKey[];
}
