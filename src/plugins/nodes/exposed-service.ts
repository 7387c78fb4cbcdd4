import type { EndpointSlice, Service } from "../../kube/cluster-source.ts";
import { wireLabels } from "../../cluster/wire-labels.ts";

/** A port of nodes that leads to a Service. */
export interface NodePort {
  readonly name: string;
  readonly protocol: string;
  readonly nodePort: number;
}

/** What DNS shows of a Service that nodes lead to. */
export interface ExposedService {
  /** `namespace/name` */
  readonly key: string;
  readonly ports: readonly NodePort[];
  /** Only nodes with an endpoint of its own take what is for it. */
  readonly isLocal: boolean;
  readonly hasIpv4: boolean;
  readonly hasIpv6: boolean;
}

/** The labels of a Service below `nodeport.ZONE`; undefined if DNS cannot name it. */
export function serviceLabels(namespace: string, name: string): string | undefined {
  if (name.includes(".") || namespace.includes(".")) return undefined;
  return wireLabels(`${name}.${namespace}`);
}

/** Undefined if no port of a node leads to it. */
export function exposed(service: Service): ExposedService | undefined {
  if (service.type !== "NodePort" && service.type !== "LoadBalancer") return undefined;
  const ports = service.ports.flatMap(({ name, protocol, nodePort }): NodePort[] => {
    return nodePort === undefined ? [] : [{ name, protocol, nodePort }];
  });
  if (ports.length === 0) return undefined;
  const { clusterIPs } = service;
  return {
    key: `${service.namespace}/${service.name}`,
    ports,
    isLocal: service.isLocal === true,
    hasIpv4: clusterIPs.length === 0 || clusterIPs.some((address) => !address.includes(":")),
    hasIpv6: clusterIPs.length === 0 || clusterIPs.some((address) => address.includes(":")),
  };
}

/** The nodes that have ready endpoints of a slice, by name, in order. */
export function nodesOfSlice({ endpoints }: EndpointSlice): readonly string[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready && endpoint.nodeName !== "");
  return [...new Set(ready.map(({ nodeName }) => nodeName))].toSorted();
}
