import type {
  ClusterObject,
  ClusterStore,
  EndpointSlice,
  Kind,
  ObjectKey,
  Service,
} from "../../kube/cluster-source.ts";
import type { Logger } from "../../observe/log.ts";
import type { Basis } from "../../server/reply.ts";
import { wireLabel } from "./labels.ts";
import { objectKey, PodTable } from "./pod-table.ts";
import { ReverseTable } from "./reverse-table.ts";
import { Serial } from "./serial.ts";
import { isSameService, canonicalService } from "./service-object.ts";
import type { NamespaceNode } from "./service-node.ts";
import { ServiceNode } from "./service-node.ts";
import type { Slice } from "./slice.ts";
import { isSameSlice, makeSlice } from "./slice.ts";
import { storedObjects } from "./stored-objects.ts";
import { SyncState } from "./sync-state.ts";

export interface ClusterIndexOptions {
  /** Namespaces to show; empty for all. */
  readonly namespaces: readonly string[];
  readonly usePodNames: boolean;
  /** Kinds that must have been told of before a name may be said not to exist. */
  readonly kinds: readonly Kind[];
  readonly log: Logger;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/** The cluster, arranged for questions. A change touches the Service that it is about. */
export class ClusterIndex implements ClusterStore {
  readonly pods = new PodTable();
  readonly reverse = new ReverseTable();
  readonly serial: Serial;
  /** The state that replies are made of now. */
  basis: Basis = { isCurrent: true };
  /** How far the cluster has been told of. */
  readonly state: SyncState;
  readonly #options: ClusterIndexOptions;
  readonly #shown: ReadonlySet<string>;
  readonly #namespaces = new Map<string, NamespaceNode>();
  readonly #nodes = new Map<string, ServiceNode>();
  readonly #slices = new Map<string, Slice>();
  readonly #listeners: (() => void)[] = [];

  constructor(options: ClusterIndexOptions) {
    this.#options = options;
    this.#shown = new Set(options.namespaces.map((name) => wireLabel(name) ?? ""));
    this.state = new SyncState(options.kinds);
    this.serial = new Serial(options.now);
  }

  /** @param labels of Service and namespace in lower-case wire form */
  find(labels: string): ServiceNode | undefined {
    return this.#nodes.get(labels);
  }

  service(key: ObjectKey): Service | undefined {
    return this.#nodes.get(serviceKey(key) ?? "")?.service;
  }

  /** @param label in lower-case wire form */
  namespace(label: string): NamespaceNode | undefined {
    return this.#namespaces.get(label);
  }

  nodes(): Iterable<ServiceNode> {
    return this.#nodes.values();
  }

  namespaces(): Iterable<NamespaceNode> {
    return this.#namespaces.values();
  }

  /** What another index would have to be told of to answer the same. */
  objects(): Iterable<ClusterObject> {
    return storedObjects(this);
  }

  /** Calls `listener` after each change that DNS shows. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  upsert(object: ClusterObject): void {
    switch (object.kind) {
      case "Service":
        return this.#putService(object);
      case "EndpointSlice":
        return this.#putSlice(object);
      case "Namespace":
        return this.#putNamespace(object.name, true);
      case "Pod":
        if (this.pods.upsert(object)) this.#changed();
    }
  }

  remove(kind: Kind, key: ObjectKey): void {
    switch (kind) {
      case "Service":
        return this.#removeService(key);
      case "EndpointSlice":
        return this.#removeSlice(key);
      case "Namespace":
        return this.#putNamespace(key.name, false);
      case "Pod":
        if (this.pods.remove(key)) this.#changed();
    }
  }

  restored(kind: Kind, savedAtMs: number): void {
    if (this.state.restored(kind, savedAtMs)) this.#changed();
  }

  synced(kind: Kind): void {
    if (this.state.synced(kind)) this.#changed();
  }

  #putService(object: Service): void {
    const key = serviceKey(object);
    if (key === undefined) return this.#unnamable("Service", object);
    const node = this.#node(key);
    const service = canonicalService(object);
    if (node.service && isSameService(node.service, service)) return;
    this.reverse.removeService(node);
    node.service = service;
    this.reverse.addService(node);
    this.#nodeChanged(node);
  }

  #removeService(object: ObjectKey): void {
    const node = this.#nodes.get(serviceKey(object) ?? "");
    if (!node?.service) return;
    this.reverse.removeService(node);
    node.service = undefined;
    this.#nodeChanged(node);
  }

  #putSlice(object: EndpointSlice): void {
    // Host names as endpoints have no meaning that DNS could show.
    const isShown = object.addressType !== "FQDN" && object.serviceName !== "";
    if (!isShown) return this.#removeSlice(object);
    const key = serviceKey({ namespace: object.namespace, name: object.serviceName });
    if (key === undefined) return this.#unnamable("EndpointSlice", object);
    const slice = makeSlice(object, this.#node(key), this.#options.usePodNames);
    const before = this.#slices.get(objectKey(object));
    if (before && isSameSlice(before, slice)) return;
    this.#slices.set(objectKey(object), slice);
    this.reverse.addSlice(slice);
    slice.node.put(slice);
    if (before) this.#takeSlice(before);
    else this.#nodeChanged(slice.node);
  }

  #removeSlice(object: ObjectKey): void {
    const slice = this.#slices.get(objectKey(object));
    if (!slice) return;
    this.#slices.delete(objectKey(object));
    this.#takeSlice(slice);
  }

  #takeSlice(slice: Slice): void {
    this.reverse.removeSlice(slice);
    slice.node.take(slice);
    this.#nodeChanged(slice.node);
  }

  #putNamespace(name: string, exists: boolean): void {
    const key = wireLabel(name);
    if (key === undefined) return;
    const namespace = this.#namespaceNode(key);
    const isChanged = namespace.exists !== exists;
    namespace.exists = exists;
    this.#dropNamespace(namespace);
    if (isChanged) this.#changed();
  }

  #node(key: string): ServiceNode {
    const known = this.#nodes.get(key);
    if (known) return known;
    const namespace = this.#namespaceNode(key.slice(key.charCodeAt(0) + 1));
    namespace.nodes++;
    const node = new ServiceNode(key, namespace);
    this.#nodes.set(key, node);
    return node;
  }

  #namespaceNode(key: string): NamespaceNode {
    const known = this.#namespaces.get(key);
    if (known) return known;
    const isConfigured = this.#shown.size === 0 || this.#shown.has(key);
    const namespace: NamespaceNode = { key, isConfigured, exists: false, nodes: 0 };
    this.#namespaces.set(key, namespace);
    return namespace;
  }

  #nodeChanged(node: ServiceNode): void {
    node.changed();
    if (node.isUnused && this.#nodes.delete(node.key)) {
      node.namespace.nodes--;
      this.#dropNamespace(node.namespace);
    }
    this.#changed();
  }

  #dropNamespace(namespace: NamespaceNode): void {
    if (!namespace.exists && namespace.nodes === 0) this.#namespaces.delete(namespace.key);
  }

  #changed(): void {
    this.basis.isCurrent = false;
    this.basis = { isCurrent: true };
    this.serial.touch();
    for (const listener of this.#listeners) listener();
  }

  #unnamable(kind: Kind, object: ObjectKey): void {
    this.#options.log.warn(`Ignoring ${kind} "${objectKey(object)}": its name is no DNS label`);
  }
}

/** The labels of name and namespace in wire form; undefined if they are none. */
function serviceKey({ namespace, name }: ObjectKey): string | undefined {
  const label = wireLabel(name);
  const namespaceLabel = wireLabel(namespace);
  return label !== undefined && namespaceLabel !== undefined ? label + namespaceLabel : undefined;
}
