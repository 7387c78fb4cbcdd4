import type {
  ClusterObject,
  Endpoint,
  EndpointSlice,
  Namespace,
  Service,
  ServiceImport,
} from "../../../kube/cluster-source.ts";
import { isIpv6 } from "../records/address.ts";
import { firstLabel, labelText, splitLabels } from "../records/labels.ts";
import type { PodTable } from "./pod-table.ts";
import type { NamespaceNode } from "./service-node.ts";
import type { ServiceTable } from "./service-table.ts";
import type { Slice, SliceOwner, Target } from "./slice.ts";
import { addressLabel, NO_PORTS } from "./slice.ts";

/** The parts of an index that objects are in. */
interface Stored {
  readonly services: ServiceTable;
  readonly imports: ServiceTable;
  readonly pods: PodTable;
  namespaces(): Iterable<NamespaceNode>;
}

/**
 * The objects that an index was made of, as far as it has kept them: what DNS does not show is
 * not in them. The index may change while they are read; each is then as before or as after.
 */
export function* storedObjects(index: Stored): Generator<ClusterObject, void, undefined> {
  for (const namespace of index.namespaces()) {
    if (namespace.exists) yield storedNamespace(namespace);
  }
  for (const { service } of index.services.nodes()) if (service) yield service;
  for (const { service } of index.imports.nodes()) if (service) yield storedImport(service);
  yield* storedSlices(index);
  yield* index.pods.objects();
}

/** A slice of a Service and of a ServiceImport is one object, and never half of it is told. */
function* storedSlices({ services, imports }: Stored): Generator<EndpointSlice> {
  for (const [key, slice] of services.slices) {
    const imported = imports.slices.get(key);
    const serviceName = nameOf(slice.node);
    yield { ...storedSlice(slice), serviceName, ...(imported ? storedOrigin(imported) : {}) };
  }
  for (const [key, slice] of imports.slices) {
    if (!services.slices.has(key)) yield { ...storedSlice(slice), ...storedOrigin(slice) };
  }
}

function storedOrigin({ node, cluster }: Slice): Pick<EndpointSlice, "imported"> {
  return { imported: { serviceName: nameOf(node), cluster } };
}

function nameOf({ key, namespace }: SliceOwner): string {
  return labelText(key.slice(0, -namespace.key.length));
}

function storedImport({ namespace, name, headless, clusterIPs, ports }: Service): ServiceImport {
  const type = headless ? "Headless" : "ClusterSetIP";
  return { kind: "ServiceImport", namespace, name, type, clusterIPs, ports };
}

function storedNamespace({ key }: NamespaceNode): Namespace {
  return { kind: "Namespace", namespace: "", name: labelText(key) };
}

function storedSlice({ name, node, ports, targets, unready, podNames }: Slice): EndpointSlice {
  const [first] = targets;
  return {
    kind: "EndpointSlice",
    namespace: labelText(node.namespace.key),
    name,
    serviceName: "",
    addressType: first && isIpv6(first.address) ? "IPv6" : "IPv4",
    endpoints: [
      ...targets.map((target) => storedEndpoint(target, podNames)),
      // Only of use to know who asks.
      ...(podNames ? unready.map((address) => storedUnready(address, podNames)) : []),
    ],
    ports: ports === NO_PORTS ? [] : ports,
  };
}

/** Endpoints with several addresses come out as several; a name lent by a pod as a hostname. */
function storedEndpoint(
  { address, label, topologyZone = "" }: Target,
  podNames: Slice["podNames"],
): Endpoint {
  const own = firstLabel(label);
  const hostname = own === addressLabel(address) ? "" : labelText(own);
  const zone = splitLabels(topologyZone).map(labelText).join(".");
  const podName = podNames?.get(address) ?? "";
  return { addresses: [address], ready: true, hostname, nodeName: "", zone, podName };
}

function storedUnready(address: string, podNames: ReadonlyMap<string, string>): Endpoint {
  const podName = podNames.get(address) ?? "";
  return { addresses: [address], ready: false, hostname: "", nodeName: "", zone: "", podName };
}
