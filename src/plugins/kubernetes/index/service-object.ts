import type { Service, ServiceImport } from "../../../kube/cluster-source.ts";
import { isSameList } from "./slice.ts";

const NONE: readonly string[] = [];

/** A Service of the cluster set as one of the cluster: the names below it are made alike. */
export function importedService(object: ServiceImport): Service {
  const { namespace, name, clusterIPs, ports } = object;
  return {
    kind: "Service",
    namespace,
    name,
    type: "ClusterIP",
    clusterIPs,
    headless: object.type === "Headless",
    externalName: "",
    ports,
    externalIPs: NONE,
    externalHostnames: NONE,
    publishNotReadyAddresses: false,
  };
}

/** Whether nothing that DNS shows is different, inside the cluster or outside. */
export function isSameService(a: Service, b: Service): boolean {
  return (
    a.type === b.type &&
    a.headless === b.headless &&
    a.externalName === b.externalName &&
    isSameTexts(a.clusterIPs, b.clusterIPs) &&
    isSameTexts(a.externalIPs, b.externalIPs) &&
    isSameTexts(a.externalHostnames, b.externalHostnames) &&
    isSamePorts(a.ports, b.ports)
  );
}

function isSameTexts(a: readonly string[], b: readonly string[]): boolean {
  return isSameList(a, b, (x, y) => x === y);
}

function isSamePorts(a: Service["ports"], b: Service["ports"]): boolean {
  return isSameList(
    a,
    b,
    (x, y) => x.name === y.name && x.port === y.port && x.protocol === y.protocol,
  );
}
