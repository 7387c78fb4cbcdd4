import type { Endpoint, EndpointSlice } from "../cluster-source.ts";
import type { Labels } from "../label-selector.ts";
import type { ServiceCidrs } from "./cluster-ips.ts";
import type { Labelled, Manifest, ServiceManifest } from "./manifest.ts";
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
  const podsByNamespace = Map.groupBy(manifestsOf("Pod", manifests), ({ namespace }) => namespace);
  const selecting = services.filter(
    (service) => selectsPods(service) && !served.has(path(service)),
  );
  return [
    ...slices,
    ...mirrored.flatMap((endpoints) => finish(endpoints.slices, endpoints.labels)),
    ...selecting.flatMap((service) => {
      const pods = podsByNamespace.get(service.namespace) ?? [];
      return finish(podSlices(service, cidrs.familiesOf(service), pods), service.labels, zones);
    }),
  ];
}

function path({ namespace, name }: Manifest): string {
  return `${namespace}/${name}`;
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
