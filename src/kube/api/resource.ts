import type { Kind, Selection } from "../cluster-source.ts";
import { kindsOf } from "../cluster-source.ts";

/** What an API server calls the objects of one kind, and which of them are wanted. */
export interface Resource {
  readonly kind: Kind;
  /** "services" */
  readonly name: string;
  /** API group; "" for the first one. */
  readonly group: string;
  /** "/api/v1/services", or of one namespace. */
  readonly path: string;
  /** The namespace that `path` is about; "" for all. */
  readonly namespace: string;
  readonly labelSelector: string;
  readonly fieldSelector: string;
}

interface Naming {
  readonly name: string;
  readonly group: string;
  readonly version: string;
}

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
};

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
  const { name, group, version } = NAMINGS[kind];
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const isNamespaced = kind !== "Namespace" && namespace !== "";
  return {
    kind,
    name,
    group,
    path: isNamespaced ? `${root}/namespaces/${namespace}/${name}` : `${root}/${name}`,
    namespace,
    labelSelector: labelSelectorOf(kind, selection),
    fieldSelector: fieldSelectorOf(kind, namespace),
  };
}

function labelSelectorOf(kind: Kind, selection: Selection): string {
  const { labels, namespaceLabels, endpoints } = selection;
  if (kind === "Namespace") return namespaceLabels;
  if (kind === "EndpointSlice" && !endpoints) {
    return labels === "" ? IMPORTED : `${labels},${IMPORTED}`;
  }
  // A ServiceImport is made by a controller, which does not know of these labels.
  return kind === "ServiceImport" ? "" : labels;
}

function fieldSelectorOf(kind: Kind, namespace: string): string {
  if (kind === "Pod") return PODS_ALIVE;
  return kind === "Namespace" && namespace !== "" ? `metadata.name=${namespace}` : "";
}

/** Parameters of a list or watch; those without a value are left out. */
export function requestPath(
  { path, labelSelector, fieldSelector }: Resource,
  parameters: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...parameters, labelSelector, fieldSelector })) {
    if (value !== "") query.set(name, value);
  }
  return `${path}?${query.toString()}`;
}
