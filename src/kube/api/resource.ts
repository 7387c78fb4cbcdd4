import type { Kind, Selection } from "../cluster-source.ts";
import type { RawWanted } from "../raw-objects.ts";
import { NO_LABELS } from "./decode/drafts.ts";
import { kindsOf, OPTIONAL_KINDS } from "../cluster-source.ts";

/** What an API server calls the objects of one kind, and which of them are wanted. */
export interface Resource {
  readonly kind: Kind;
  /** "services" */
  readonly name: string;
  /** API group; "" for the first one. */
  readonly group: string;
  /** "/api/v1/services", or of one namespace. */
  readonly path: string;
  /** Where older or newer servers have them. */
  readonly otherPaths: readonly string[];
  /** Whether a server without them has none of them: that is no error. */
  readonly isOptional: boolean;
  /** The namespace that `path` is about; "" for all. */
  readonly namespace: string;
  readonly labelSelector: string;
  readonly fieldSelector: string;
  /** Labels that the objects are to keep, by name: of Pods only. */
  readonly keptLabels: ReadonlySet<string>;
}

interface Naming {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly otherVersions?: readonly string[];
}

const NETWORKING = "networking.k8s.io";
const GATEWAY_API = "gateway.networking.k8s.io";

const NAMINGS: Readonly<Record<Kind, Naming>> = {
  Namespace: { name: "namespaces", group: "", version: "v1" },
  Service: { name: "services", group: "", version: "v1" },
  EndpointSlice: { name: "endpointslices", group: "discovery.k8s.io", version: "v1" },
  Pod: { name: "pods", group: "", version: "v1" },
  ServiceImport: {
    name: "serviceimports",
    group: "multicluster.x-k8s.io",
    version: "v1alpha1",
  },
  Node: { name: "nodes", group: "", version: "v1" },
  Ingress: { name: "ingresses", group: NETWORKING, version: "v1" },
  Gateway: { name: "gateways", group: GATEWAY_API, version: "v1", otherVersions: ["v1beta1"] },
  HTTPRoute: { name: "httproutes", group: GATEWAY_API, version: "v1", otherVersions: ["v1beta1"] },
  GRPCRoute: {
    name: "grpcroutes",
    group: GATEWAY_API,
    version: "v1",
    otherVersions: ["v1alpha2"],
  },
  TLSRoute: {
    name: "tlsroutes",
    group: GATEWAY_API,
    version: "v1",
    otherVersions: ["v1alpha3", "v1alpha2"],
  },
};

const CLUSTER_SCOPED: ReadonlySet<Kind> = new Set(["Namespace", "Node"]);

/** Pods that have given their addresses back need not come at all. */
const PODS_ALIVE = "status.phase!=Succeeded,status.phase!=Failed,status.phase!=Unknown";

/** Slices that belong to a ServiceImport. */
const IMPORTED = "multicluster.kubernetes.io/service-name";

/** What has to be watched: each kind once, or once for each of the namespaces. */
export function resourcesOf(selection: Selection): readonly Resource[] {
  const { namespaces } = selection;
  const scopes = namespaces.length === 0 ? [""] : [...new Set(namespaces)];
  return kindsOf(selection).flatMap((kind) =>
    scopes.map((namespace) => resourceOf(kind, namespace, selection)),
  );
}

function resourceOf(kind: Kind, namespace: string, selection: Selection): Resource {
  const { name, group, version, otherVersions = [] } = NAMINGS[kind];
  const pathOf = (inVersion: string): string => pathTo(kind, namespace, inVersion);
  return {
    kind,
    name,
    group,
    path: pathOf(version),
    otherPaths: otherVersions.map(pathOf),
    isOptional: OPTIONAL_KINDS.has(kind),
    namespace,
    labelSelector: labelSelectorOf(kind, selection),
    fieldSelector: fieldSelectorOf(kind, namespace),
    keptLabels: (kind === "Pod" ? selection.podLabels : undefined) ?? NO_LABELS,
  };
}

function pathTo(kind: Kind, namespace: string, version: string): string {
  const { name, group } = NAMINGS[kind];
  const isNamespaced = !CLUSTER_SCOPED.has(kind) && namespace !== "";
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return isNamespaced ? `${root}/namespaces/${namespace}/${name}` : `${root}/${name}`;
}

/** Where a look at objects goes: a list, which needs no right that a watch does not. */
export function placeOf({ kind, namespace, name, labels = "" }: RawWanted): ObjectsPlace {
  const { name: resource, group, version } = NAMINGS[kind];
  return {
    resource,
    group,
    path: pathTo(kind, encodeURIComponent(namespace), version),
    labelSelector: labels,
    fieldSelector: name === undefined ? "" : `metadata.name=${name}`,
  };
}

export interface ObjectsPlace extends Pick<Resource, "path" | "labelSelector" | "fieldSelector"> {
  /** "services" */
  readonly resource: string;
  readonly group: string;
}

function labelSelectorOf(kind: Kind, selection: Selection): string {
  const { labels, namespaceLabels, endpoints } = selection;
  if (kind === "Namespace") return namespaceLabels;
  if (kind === "EndpointSlice" && !endpoints) {
    return labels === "" ? IMPORTED : `${labels},${IMPORTED}`;
  }
  // A ServiceImport is made by a controller, which does not know of these labels.
  return kind === "ServiceImport" || CLUSTER_SCOPED.has(kind) ? "" : labels;
}

function fieldSelectorOf(kind: Kind, namespace: string): string {
  if (kind === "Pod") return PODS_ALIVE;
  return kind === "Namespace" && namespace !== "" ? `metadata.name=${namespace}` : "";
}

/** Parameters of a list or watch; those without a value are left out. */
export function requestPath(
  {
    path,
    labelSelector,
    fieldSelector,
  }: Pick<Resource, "path" | "labelSelector" | "fieldSelector">,
  parameters: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...parameters, labelSelector, fieldSelector })) {
    if (value !== "") query.set(name, value);
  }
  return `${path}?${query.toString()}`;
}
