import type { KubernetesObject, ObjectReference } from "./kubernetes-object.ts";

export interface Named {
  readonly namespace: string;
  readonly name: string;
}

export interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly hostname?: string;
  readonly conditions?: {
    readonly ready?: boolean;
    readonly serving?: boolean;
    readonly terminating?: boolean;
  };
}

const PORTS = [{ name: "http", port: 80, protocol: "TCP" }];

export function namespaceOf(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

/** A Service with one port; `clusterIP` is "None" for a headless one. */
export function serviceOf({ namespace, name }: Named, clusterIP?: string): KubernetesObject {
  const spec = { ports: PORTS, ...(clusterIP === undefined ? {} : { clusterIP }) };
  return { apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec };
}

/** As `serviceOf`, with what an API server would have filled in: for the fake one. */
export function storedService(named: Named, clusterIP: string): KubernetesObject {
  const { spec, ...service } = serviceOf(named, clusterIP);
  const stored = { ...(spec as object), type: "ClusterIP", clusterIPs: [clusterIP] };
  return { ...service, spec: stored };
}

/** A slice of a Service of the same namespace. */
export function sliceOf(
  { namespace, name }: Named,
  service: string,
  endpoints: readonly SliceEndpoint[],
): KubernetesObject {
  const labels = { "kubernetes.io/service-name": service };
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { namespace, name, labels },
    addressType: "IPv4",
    endpoints,
    ports: PORTS,
  };
}

export function ready(...addresses: readonly string[]): SliceEndpoint[] {
  return addresses.map((address) => ({ addresses: [address], conditions: { ready: true } }));
}

export function serviceReference({ namespace, name }: Named): ObjectReference {
  return { apiVersion: "v1", kind: "Service", namespace, name };
}

export function sliceReference({ namespace, name }: Named): ObjectReference {
  return { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace, name };
}

/** The name that a Service has in the DNS. */
export function dnsName({ namespace, name }: Named): string {
  return `${name}.${namespace}.svc.cluster.local`;
}
