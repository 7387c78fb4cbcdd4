import type { Kind } from "../../../kube/cluster-source.ts";
import type { ClusterIndex } from "./cluster-index.ts";
import type { ServiceNode } from "./service-node.ts";

const COUNTS: Readonly<Partial<Record<Kind, (index: ClusterIndex) => number>>> = {
  Namespace: (index) => countIf(index.namespaces(), ({ exists }) => exists),
  Service: ({ services }) => countIf(services.nodes(), hasService),
  ServiceImport: ({ imports }) => countIf(imports.nodes(), hasService),
  /** One object may be a slice in both. */
  EndpointSlice: ({ services: { slices }, imports }) =>
    slices.size + countIf(imports.slices.keys(), (key) => !slices.has(key)),
  Pod: ({ pods }) => pods.size,
};

/** How many objects of a kind an index has kept. */
export function countObjects(index: ClusterIndex, kind: Kind): number {
  return COUNTS[kind]?.(index) ?? 0;
}

function hasService({ service }: ServiceNode): boolean {
  return service !== undefined;
}

function countIf<T>(items: Iterable<T>, isCounted: (item: T) => boolean): number {
  let count = 0;
  for (const item of items) if (isCounted(item)) count++;
  return count;
}

/**
 * What things take on V8's heap, in octets, with their places in maps. Fitted to heaps before and
 * after 10,000 Services with 0 to 1,000 endpoints each, and names of 15 to 30 octets: within a
 * tenth of each.
 */
const NAMESPACE = 170;
const NODE = 250;
const SERVICE = 390;
const PORT = 60;
const SLICE = 300;
/** An array to which the first endpoint is added takes room for more. */
const TARGETS = 130;
const TARGET = 165;
const POD = 430;

/** Memory that an index takes. Looks at each Service and slice, not at each endpoint. */
export function estimateOctets(index: ClusterIndex): number {
  let octets = index.pods.size * POD;
  for (const _ of index.namespaces()) octets += NAMESPACE;
  for (const node of index.services.nodes()) octets += nodeOctets(node);
  for (const node of index.imports.nodes()) octets += nodeOctets(node);
  return octets;
}

function nodeOctets({ service, slices }: ServiceNode): number {
  let octets = NODE;
  if (service) octets += SERVICE + service.ports.length * PORT;
  for (const { ports, targets } of slices) {
    octets += SLICE + ports.length * PORT;
    if (targets.length > 0) octets += TARGETS + targets.length * TARGET;
  }
  return octets;
}
