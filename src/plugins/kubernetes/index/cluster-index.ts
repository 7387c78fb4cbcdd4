import type {
  ClusterObject,
  ClusterStore,
  EndpointSlice,
  Kind,
  ObjectKey,
  Service,
  ServiceImport,
} from "../../../kube/cluster-source.ts";
import type { Logger } from "../../../observe/log.ts";
import { SharedStates } from "../../../server/contract/shared-states.ts";
import { State } from "../../../server/contract/state.ts";
import type { Membership } from "../../../server/contract/validity.ts";
import type { ClusterZone } from "../records/cluster-zone.ts";
import { EndingStates } from "./ending-states.ts";
import { wireLabel } from "../records/labels.ts";
import { NamespaceTable } from "./namespace-table.ts";
import { objectKey, PodTable } from "./pod-table.ts";
import { ReverseTable } from "./reverse-table.ts";
import { Serial } from "../../../cluster/serial.ts";
import { importedService } from "./service-object.ts";
import type { NamespaceNode } from "./service-node.ts";
import { ServiceTable } from "./service-table.ts";
import type { SliceOptions } from "./slice.ts";
import { makeSlice } from "./slice.ts";
import { storedObjects } from "./stored-objects.ts";
import { SyncState } from "./sync-state.ts";

export interface ClusterIndexOptions {
  /** Namespaces to show; empty for all. */
  readonly namespaces: readonly string[];
  readonly usePodNames: boolean;
  /** Whether Services of the cluster have endpoints. */
  readonly endpoints: boolean;
  /** Whether endpoints are found by their topology zones. */
  readonly zonal: boolean;
  /** Kinds that must have been told of before a name may be said not to exist. */
  readonly kinds: readonly Kind[];
  readonly log: Logger;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/** The cluster, arranged for questions. */
export class ClusterIndex implements ClusterStore {
  readonly #ending = new EndingStates();
  /** By address: whose Pod it is. */
  readonly #clientStates = new SharedStates();
  readonly pods = new PodTable(this.#ending, this.#clientStates);
  readonly reverse = new ReverseTable(this.#ending, this.#clientStates);
  /** The cluster's own Services. */
  readonly services: ServiceTable;
  /** Those of the cluster set. */
  readonly imports: ServiceTable;
  /** The state of everything: it ends with each change. */
  whole: State = new State();
  /** What all names stand on: which namespaces there are, and how far the cluster is known. */
  frame: State = new State();
  /** How far the cluster has been told of. */
  readonly state: SyncState;
  readonly #options: ClusterIndexOptions;
  readonly #namespaces: NamespaceTable;
  readonly #listeners = new Set<() => void>();
  #keepsPodNames = false;

  constructor(options: ClusterIndexOptions) {
    this.#options = options;
    this.state = new SyncState(options.kinds);
    const { reverse } = this;
    const ending = this.#ending;
    const namespaces = new NamespaceTable(options.namespaces);
    this.#namespaces = namespaces;
    this.services = new ServiceTable({
      namespaces,
      serial: new Serial(options.now),
      reverse,
      ending,
    });
    this.imports = new ServiceTable({ namespaces, serial: new Serial(options.now), ending });
  }

  get version(): object {
    return this.whole;
  }

  /** The Services that a zone's names stand for. */
  servicesOf(zone: ClusterZone): ServiceTable {
    return zone.isMulticluster ? this.imports : this.services;
  }

  /** @param label in lower-case wire form */
  namespace(label: string): NamespaceNode | undefined {
    return this.#namespaces.get(label);
  }

  /** Whether the configuration shows a namespace, known or not. */
  showsNamespace(label: string): boolean {
    return this.#namespaces.isShown(label);
  }

  namespaces(): Iterable<NamespaceNode> {
    return this.#namespaces.all();
  }

  /**
   * The label of the namespace of the Pod with an address, in wire form; undefined if it is no
   * Pod's. Without `pods verified` only those are known that belong to a Service.
   */
  podNamespace(address: string): string | undefined {
    if (this.state.kinds.includes("Pod")) return this.pods.namespaceOf(address);
    return this.reverse.podNamespace(address);
  }

  /** The kind of object that tells which Pod a client is; undefined if none does. */
  get clientKind(): "Pod" | "EndpointSlice" | undefined {
    const { kinds, endpoints } = this.#options;
    if (kinds.includes("Pod")) return "Pod";
    return endpoints && kinds.includes("EndpointSlice") ? "EndpointSlice" : undefined;
  }

  /** From now on `client` knows Pods, and `pods.labelsOf` these labels of theirs. To be called before any object is told of. */
  keepClients(labels: ReadonlySet<string>): void {
    this.pods.keepClients(labels);
    if (this.clientKind === "EndpointSlice") this.keepPodNames();
  }

  /** From now on slices know which Pods their endpoints are. To be called before any object is told of. */
  keepPodNames(): void {
    this.#keepsPodNames = true;
  }

  /**
   * The one Pod that has an address in canonical form; undefined if several have, as on a host's own
   * network. Without `pods verified` only those are known that belong to a Service.
   */
  client(address: string): ObjectKey | undefined {
    return this.clientKind === "Pod" ? this.pods.client(address) : this.reverse.pod(address);
  }

  /** The clients that are in the namespace of the one with this address; those that are no Pods are one group. */
  clientGroup(address: string): Membership {
    const label = this.podNamespace(address);
    const group = label === undefined ? undefined : this.#namespaces.get(label);
    return { group: group ?? this, state: this.#clientStates.of(address, this.frame) };
  }

  /** One of the cluster's own Services. */
  service(key: ObjectKey): Service | undefined {
    return this.services.find(serviceKey(key) ?? "")?.service;
  }

  /** What another index would have to be told of to answer the same. */
  objects(): Iterable<ClusterObject> {
    return storedObjects(this);
  }

  /** Calls `listener` after each change that DNS shows. @returns ends that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  upsert(object: ClusterObject): void {
    switch (object.kind) {
      case "Service":
        return this.#putService(this.services, object, object);
      case "ServiceImport":
        return this.#putService(this.imports, object, importedService(object));
      case "EndpointSlice":
        return this.#putSlices(object);
      case "Namespace":
        return this.#frameChangedIf(this.#namespaces.put(object.name, true));
      case "Pod":
        return this.#changedIf(this.pods.upsert(object));
    }
  }

  remove(kind: Kind, key: ObjectKey): void {
    switch (kind) {
      case "Service":
        return this.#changedIf(this.services.removeService(serviceKey(key) ?? ""), this.services);
      case "ServiceImport":
        return this.#changedIf(this.imports.removeService(serviceKey(key) ?? ""), this.imports);
      case "EndpointSlice":
        this.#removeSlice(this.services, key);
        return this.#removeSlice(this.imports, key);
      case "Namespace":
        return this.#frameChangedIf(this.#namespaces.put(key.name, false));
      case "Pod":
        return this.#changedIf(this.pods.remove(key));
    }
  }

  restored(kind: Kind, savedAtMs: number): void {
    this.#frameChangedIf(this.state.restored(kind, savedAtMs));
  }

  synced(kind: Kind): void {
    this.#frameChangedIf(this.state.synced(kind));
  }

  #putService(table: ServiceTable, object: Service | ServiceImport, service: Service): void {
    const key = serviceKey(object);
    if (key === undefined) return this.#unnamable(object);
    this.#changedIf(table.putService(key, service), table);
  }

  /** A slice may belong to a Service of the cluster and to one of the cluster set. */
  #putSlices(object: EndpointSlice): void {
    const { endpoints, kinds, usePodNames, zonal } = this.#options;
    const { serviceName, imported } = object;
    const own = { usePodNames, zonal, cluster: "", keepsPodNames: this.#keepsPodNames };
    this.#putSlice(this.services, object, endpoints ? serviceName : "", own);
    if (!imported || !kinds.includes("ServiceImport")) {
      return this.#removeSlice(this.imports, object);
    }
    const foreign = {
      usePodNames,
      zonal: false,
      cluster: imported.cluster,
      keepsPodNames: false,
    };
    this.#putSlice(this.imports, object, imported.serviceName, foreign);
  }

  /** @param serviceName in the table; "" if the slice is not to be seen there */
  #putSlice(
    table: ServiceTable,
    object: EndpointSlice,
    serviceName: string,
    options: SliceOptions,
  ): void {
    // Host names as endpoints have no meaning that DNS could show.
    const isShown = serviceName !== "" && object.addressType !== "FQDN";
    const { namespace } = object;
    const key = isShown ? serviceKey({ namespace, name: serviceName }) : undefined;
    if (key === undefined) {
      if (isShown) this.#unnamable(object);
      return this.#removeSlice(table, object);
    }
    const slice = makeSlice(object, table.node(key), options);
    this.#changedIf(table.putSlice(objectKey(object), slice), table);
  }

  #removeSlice(table: ServiceTable, object: ObjectKey): void {
    this.#changedIf(table.removeSlice(objectKey(object)), table);
  }

  #frameChangedIf(isChanged: boolean): void {
    if (!isChanged) return;
    this.#ending.add(this.frame);
    this.frame = new State();
    this.#changedIf(true);
  }

  /** @param table whose zones show the change; those of both if not given */
  #changedIf(isChanged: boolean, table?: ServiceTable): void {
    // Who asks may have become another one all the same.
    if (!isChanged) return this.#ending.end();
    this.#ending.add(this.whole);
    this.whole = new State();
    this.#ending.end();
    for (const { serial } of table ? [table] : [this.services, this.imports]) serial.touch();
    for (const listener of this.#listeners) listener();
  }

  #unnamable(object: Service | ServiceImport | EndpointSlice): void {
    const name = `${object.kind} "${objectKey(object)}"`;
    this.#options.log.warn(`Ignoring ${name}: its name is no DNS label`);
  }
}

/** The labels of name and namespace in wire form; undefined if they are none. */
function serviceKey({ namespace, name }: ObjectKey): string | undefined {
  const label = wireLabel(name);
  const namespaceLabel = wireLabel(namespace);
  return label !== undefined && namespaceLabel !== undefined ? label + namespaceLabel : undefined;
}
