import type { Service } from "../../../kube/cluster-source.ts";
import { SharedStates } from "../../../server/contract/shared-states.ts";
import type { State } from "../../../server/contract/state.ts";
import type { EndingStates } from "./ending-states.ts";
import type { NamespaceTable } from "./namespace-table.ts";
import type { ReverseTable } from "./reverse-table.ts";
import type { Serial } from "../../../cluster/serial.ts";
import { isSameService } from "./service-object.ts";
import { ServiceNode } from "./service-node.ts";
import type { Slice } from "./slice.ts";
import { hasSameClients, isSameSlice } from "./slice.ts";

export interface ServiceTableParts {
  readonly namespaces: NamespaceTable;
  /** Of the zones that show the table. */
  readonly serial: Serial;
  /** What learns the addresses; without it they have no names. */
  readonly reverse?: ReverseTable;
  /** Takes what a change ends. */
  readonly ending: EndingStates;
}

/**
 * Services and their slices by name: those of the cluster, or those of the cluster set. A change
 * touches the Service that it is about. Methods that change something return whether DNS can show
 * a difference.
 */
export class ServiceTable {
  readonly serial: Serial;
  /** Slices by the keys of their objects. */
  readonly slices: ReadonlyMap<string, Slice>;
  readonly #namespaces: NamespaceTable;
  readonly #reverse: ReverseTable | undefined;
  readonly #nodes = new Map<string, ServiceNode>();
  readonly #slices = new Map<string, Slice>();
  /** Of those that do not exist. */
  readonly #absences = new SharedStates();
  readonly #ending: EndingStates;

  constructor({ namespaces, serial, reverse, ending }: ServiceTableParts) {
    this.#ending = ending;
    this.serial = serial;
    this.#namespaces = namespaces;
    this.#reverse = reverse;
    this.slices = this.#slices;
  }

  /** @param key the labels of Service and namespace in lower-case wire form */
  find(key: string): ServiceNode | undefined {
    return this.#nodes.get(key);
  }

  /** What replies about names at and below a Service depend on, whether it exists or not. */
  stateOf(key: string, frame: State): State {
    const node = this.#nodes.get(key);
    return node?.service ? node.stateOn(frame) : this.#absences.of(key, frame);
  }

  nodes(): Iterable<ServiceNode> {
    return this.#nodes.values();
  }

  /** The Service's place, made if there is none: something is about to be put there. */
  node(key: string): ServiceNode {
    const known = this.#nodes.get(key);
    if (known) return known;
    const namespace = this.#namespaces.hold(key.slice(key.charCodeAt(0) + 1));
    const node = new ServiceNode(key, namespace);
    this.#nodes.set(key, node);
    return node;
  }

  putService(key: string, service: Service): boolean {
    const node = this.node(key);
    if (node.service && isSameService(node.service, service)) return false;
    this.#reverse?.removeService(node);
    if (!node.service) {
      this.#ending.add(this.#absences.at(key));
      this.#reverse?.serviceCameOrWent(node);
    }
    node.service = service;
    this.#reverse?.addService(node);
    node.changed(this.#ending);
    return true;
  }

  removeService(key: string): boolean {
    const node = this.#nodes.get(key);
    if (!node?.service) return false;
    this.#reverse?.removeService(node);
    this.#reverse?.serviceCameOrWent(node);
    node.service = undefined;
    this.#changed(node);
    return true;
  }

  /** @param key of the object, which may have been a slice of another Service before */
  putSlice(key: string, slice: Slice): boolean {
    const before = this.#slices.get(key);
    if (before && isSameSlice(before, slice)) {
      if (!hasSameClients(before, slice)) this.#reverse?.updateClients(before, slice);
      return false;
    }
    this.#slices.set(key, slice);
    this.#reverse?.addSlice(slice);
    if (before) this.#reverse?.removeSlice(before);
    const node = this.node(slice.node.key);
    node.put(slice);
    node.changed(this.#ending);
    if (before && before.node !== slice.node) this.#takeFromNode(before);
    return true;
  }

  removeSlice(key: string): boolean {
    const slice = this.#slices.get(key);
    if (!slice) return false;
    this.#slices.delete(key);
    this.#reverse?.removeSlice(slice);
    this.#takeFromNode(slice);
    return true;
  }

  #takeFromNode(slice: Slice): void {
    const node = this.node(slice.node.key);
    node.take(slice);
    this.#changed(node);
  }

  #changed(node: ServiceNode): void {
    node.changed(this.#ending);
    if (node.isUnused && this.#nodes.delete(node.key)) this.#namespaces.release(node.namespace);
  }
}
