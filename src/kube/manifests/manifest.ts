import type {
  ClusterObject,
  EndpointSlice,
  Gateway,
  Ingress,
  Node,
  ObjectKey,
  Pod,
  Route,
  RouteKind,
  Service,
  ServiceImport,
  ServicePort,
} from "../cluster-source.ts";
import type { IpFamily } from "../ip-address.ts";
import type { Labels } from "../label-selector.ts";

/** An object as a file has it: what DNS needs, and what is needed to complete it. */
export type Manifest =
  | ServiceManifest
  | ServiceImportManifest
  | EndpointSliceManifest
  | EndpointsManifest
  | NamespaceManifest
  | PodManifest
  | NodeManifest
  | IngressManifest
  | GatewayManifest
  | RouteManifest;

interface ManifestBase extends ObjectKey {
  readonly labels: Labels;
}

export interface ServiceManifest extends ManifestBase {
  readonly kind: "Service";
  /** `clusterIPs` are those that the file gives. */
  readonly object: Service;
  readonly ports: readonly TargetedPort[];
  /** Empty if the Service selects no Pods. */
  readonly selector: Labels;
  readonly ipFamilies: readonly IpFamily[];
  readonly ipFamilyPolicy: "SingleStack" | "PreferDualStack" | "RequireDualStack";
}

export interface TargetedPort extends ServicePort {
  /** Number, or name of a container's port. */
  readonly targetPort: number | string;
}

export interface ServiceImportManifest extends ManifestBase {
  readonly kind: "ServiceImport";
  readonly object: ServiceImport;
}

export interface EndpointSliceManifest extends ManifestBase {
  readonly kind: "EndpointSlice";
  readonly object: EndpointSlice;
}

export interface EndpointsManifest extends ManifestBase {
  readonly kind: "Endpoints";
  /** Without their final names. */
  readonly slices: readonly EndpointSlice[];
}

export interface NamespaceManifest extends ManifestBase {
  readonly kind: "Namespace";
}

export interface PodManifest extends ManifestBase {
  readonly kind: "Pod";
  readonly object: Pod;
  readonly isReady: boolean;
  readonly hostname: string;
  readonly subdomain: string;
  readonly nodeName: string;
  readonly containerPorts: readonly ServicePort[];
}

export interface NodeManifest extends ManifestBase {
  readonly kind: "Node";
  readonly object: Node;
}

export interface IngressManifest extends ManifestBase {
  readonly kind: "Ingress";
  readonly object: Ingress;
}

export interface GatewayManifest extends ManifestBase {
  readonly kind: "Gateway";
  readonly object: Gateway;
}

export interface RouteManifest extends ManifestBase {
  readonly kind: RouteKind;
  readonly object: Route;
}

/** What a sink is told, with the labels that selectors look at. */
export interface Labelled<T extends ClusterObject = ClusterObject> {
  readonly object: T;
  readonly labels: Labels;
}

/** Label of an EndpointSlice with the name of its Service. */
export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/** Labels of an EndpointSlice with the name of its ServiceImport, and of the cluster it is from. */
export const IMPORT_NAME_LABEL = "multicluster.kubernetes.io/service-name";
export const SOURCE_CLUSTER_LABEL = "multicluster.kubernetes.io/source-cluster";

/** Label of a Node with its topology zone. */
export const ZONE_LABEL = "topology.kubernetes.io/zone";

/** Identifies an object: `Service shop/web`. */
export function manifestKey({ kind, namespace, name }: ObjectKey & { kind: string }): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}

export function manifestsOf<K extends Manifest["kind"]>(
  kind: K,
  manifests: readonly Manifest[],
): Extract<Manifest, { kind: K }>[] {
  return manifests.filter(
    (manifest): manifest is Extract<Manifest, { kind: K }> => manifest.kind === kind,
  );
}
