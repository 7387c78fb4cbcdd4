import type {
  ClusterObject,
  Endpoint,
  EndpointSlice,
  Namespace,
} from "../../kube/cluster-source.ts";
import { isIpv6 } from "./address.ts";
import type { ClusterIndex } from "./cluster-index.ts";
import { labelText } from "./labels.ts";
import type { NamespaceNode } from "./service-node.ts";
import type { Slice, Target } from "./slice.ts";
import { addressLabel, NO_PORTS } from "./slice.ts";

/**
 * The objects that an index was made of, as far as it has kept them: what DNS does not show is
 * not in them. The index may change while they are read; each is then as before or as after.
 */
export function* storedObjects(index: ClusterIndex): Generator<ClusterObject, void, undefined> {
  for (const namespace of index.namespaces()) {
    if (namespace.exists) yield storedNamespace(namespace);
  }
  for (const node of index.nodes()) {
    if (node.service) yield node.service;
    for (const slice of node.slices) yield storedSlice(slice);
  }
  yield* index.pods.objects();
}

function storedNamespace({ key }: NamespaceNode): Namespace {
  return { kind: "Namespace", namespace: "", name: labelText(key) };
}

function storedSlice({ name, node, ports, targets }: Slice): EndpointSlice {
  const [first] = targets;
  return {
    kind: "EndpointSlice",
    namespace: labelText(node.namespace.key),
    name,
    serviceName: labelText(node.key.slice(0, -node.namespace.key.length)),
    addressType: first && isIpv6(first.address) ? "IPv6" : "IPv4",
    endpoints: targets.map(storedEndpoint),
    ports: ports === NO_PORTS ? [] : ports,
  };
}

/** Endpoints with several addresses come out as several; a name lent by a pod as a hostname. */
function storedEndpoint({ address, label }: Target): Endpoint {
  const hostname = label === addressLabel(address) ? "" : labelText(label);
  return { addresses: [address], ready: true, hostname, nodeName: "", zone: "", podName: "" };
}
