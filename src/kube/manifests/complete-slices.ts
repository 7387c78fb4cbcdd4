import type { Endpoint, EndpointSlice } from "../cluster-source.ts";
import type { Labels } from "../label-selector.ts";
import type { ServiceCidrs } from "./cluster-ips.ts";
import type { Labelled, Manifest, PodManifest, ServiceManifest } from "./manifest.ts";
import { manifestsOf, SERVICE_NAME_LABEL, ZONE_LABEL } from "./manifest.ts";
import { podSlices } from "./pod-slices.ts";

/** The slices of the files; for a Service without any, those of its Endpoints; else of its Pods. */
export function completeSlices(
  manifests: readonly Manifest[],
  cidrs: ServiceCidrs,
): Labelled<EndpointSlice>[] {
  const services = manifestsOf("Service", manifests);
  const serviceNames = new Set(services.map(path));
  const slices = manifestsOf("EndpointSlice", manifests);
  const served = new Set(slices.map(({ object }) => `${object.namespace}/${object.serviceName}`));

  const mirrored = manifestsOf("Endpoints", manifests).filter(
    (endpoints) => serviceNames.has(path(endpoints)) && !served.has(path(endpoints)),
  );
  for (const endpoints of mirrored) served.add(path(endpoints));

  const zones = zonesOf(manifests);
  const podsByLabel = groupByLabel(manifestsOf("Pod", manifests));
  const selecting = services.filter(
    (service) => selectsPods(service) && !served.has(path(service)),
  );
  return [
    ...slices,
    ...mirrored.flatMap((endpoints) => finish(endpoints.slices, endpoints.labels)),
    ...selecting.flatMap((service) => {
      const [first] = Object.entries(service.selector);
      const pods = (first && podsByLabel.get(labelPath(service, ...first))) ?? [];
      return finish(podSlices(service, cidrs.familiesOf(service), pods), service.labels, zones);
    }),
  ];
}

function path({ namespace, name }: Manifest): string {
  return `${namespace}/${name}`;
}

/** So that a Service need not look at all Pods of its Namespace. */
function groupByLabel(pods: readonly PodManifest[]): Map<string, PodManifest[]> {
  const groups = new Map<string, PodManifest[]>();
  for (const pod of pods) {
    for (const [label, value] of Object.entries(pod.labels)) {
      const key = labelPath(pod, label, value);
      const group = groups.get(key);
      if (group) group.push(pod);
      else groups.set(key, [pod]);
    }
  }
  return groups;
}

/** Neither names of Namespaces nor labels have spaces. */
function labelPath({ namespace }: Manifest, label: string, value: string): string {
  return `${namespace} ${label} ${value}`;
}

function selectsPods({ selector, object }: ServiceManifest): boolean {
  return object.type !== "ExternalName" && Object.keys(selector).length > 0;
}

/** Topology zones by the names of Nodes. */
function zonesOf(manifests: readonly Manifest[]): Map<string, string> {
  const nodes = manifestsOf("Node", manifests);
  return new Map(nodes.map(({ name, labels }) => [name, labels[ZONE_LABEL] ?? ""]));
}

/** Names the slices of one Service, labels them as the controllers do, adds zones. */
function finish(
  slices: readonly EndpointSlice[],
  labels: Labels,
  zones: ReadonlyMap<string, string> = new Map(),
): Labelled<EndpointSlice>[] {
  const withZone = (endpoint: Endpoint): Endpoint => ({
    ...endpoint,
    zone: zones.get(endpoint.nodeName) ?? "",
  });
  return slices.map((slice, i) => ({
    object: {
      ...slice,
      // No slice in a file has such a name: the API server wants lower case.
      name: `${slice.name}-${slice.addressType}-${i}`,
      endpoints: slice.endpoints.map(withZone),
    },
    labels: { ...labels, [SERVICE_NAME_LABEL]: slice.serviceName },
  }));
}
