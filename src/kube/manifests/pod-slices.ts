import type { Endpoint, EndpointPort, EndpointSlice } from "../cluster-source.ts";
import type { IpFamily } from "../ip-address.ts";
import { familyOf } from "../ip-address.ts";
import type { Labels } from "../label-selector.ts";
import type { PodManifest, ServiceManifest, TargetedPort } from "./manifest.ts";

/**
 * The EndpointSlices of a Service's Pods, as the EndpointSlice controller makes them: for each
 * family one slice for all Pods that resolve the Service's ports to the same numbers.
 *
 * @param pods of the Service's namespace; those it does not select are left out
 * @returns without their final names
 */
export function podSlices(
  manifest: ServiceManifest,
  families: readonly IpFamily[],
  pods: readonly PodManifest[],
): EndpointSlice[] {
  const selector = Object.entries(manifest.selector);
  const chosen = pods.filter((pod) => isSelected(pod.labels, selector) && hasNotEnded(pod));
  const slices = new Map<string, SliceDraft>();
  for (const addressType of families) {
    for (const pod of chosen) {
      const address = pod.object.podIPs.find((text) => familyOf(text) === addressType);
      if (address === undefined) continue;
      const ports = resolvePorts(manifest, pod);
      const key = JSON.stringify([addressType, ports]);
      const slice = slices.get(key) ?? { addressType, ports, endpoints: [] };
      slices.set(key, slice);
      slice.endpoints.push(toEndpoint(manifest, pod, address));
    }
  }
  const { namespace, name } = manifest;
  return [...slices.values()].map((slice) => ({
    kind: "EndpointSlice",
    namespace,
    name,
    serviceName: name,
    ...slice,
  }));
}

interface SliceDraft {
  readonly addressType: IpFamily;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Endpoint[];
}

function isSelected(labels: Labels, selector: readonly [string, string][]): boolean {
  return selector.every(([key, value]) => labels[key] === value);
}

function hasNotEnded({ object }: PodManifest): boolean {
  return object.phase !== "Succeeded" && object.phase !== "Failed";
}

/** Ports whose name the Pod does not know are left out; its host records do not need them. */
function resolvePorts({ ports }: ServiceManifest, pod: PodManifest): EndpointPort[] {
  return ports.flatMap(({ name, protocol, targetPort }): EndpointPort[] => {
    const port = resolvePort({ protocol, targetPort }, pod);
    return port === undefined ? [] : [{ name, port, protocol }];
  });
}

function resolvePort(
  { protocol, targetPort }: Pick<TargetedPort, "protocol" | "targetPort">,
  { containerPorts }: PodManifest,
): number | undefined {
  if (typeof targetPort === "number") return targetPort;
  const found = containerPorts.find(
    (port) => port.name === targetPort && port.protocol === protocol,
  );
  return found?.port;
}

function toEndpoint(service: ServiceManifest, pod: PodManifest, address: string): Endpoint {
  return {
    addresses: [address],
    ready: service.object.publishNotReadyAddresses || pod.isReady,
    hostname: pod.subdomain === service.name ? pod.hostname : "",
    nodeName: pod.nodeName,
    zone: "",
    podName: pod.name,
  };
}
