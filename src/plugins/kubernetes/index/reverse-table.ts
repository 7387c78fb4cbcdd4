import type { ObjectKey } from "../../../kube/cluster-source.ts";
import { SharedStates } from "../../../server/contract/shared-states.ts";
import type { State } from "../../../server/contract/state.ts";
import { labelText } from "../records/labels.ts";
import type { EndingStates } from "./ending-states.ts";
import { OneOrMany } from "./one-or-many.ts";
import type { ServiceNode } from "./service-node.ts";
import { isExposed } from "./service-node.ts";
import type { Slice, Target } from "./slice.ts";

/** Who has an address: Services that have it as ClusterIP, and ready endpoints. */
export class ReverseTable {
  readonly #services = new OneOrMany<ServiceNode>();
  readonly #targets = new OneOrMany<Target>();
  /** Of Pods that are not ready. */
  readonly #unready = new OneOrMany<Slice>();
  /** By external address and that of a load balancer. */
  readonly #externals = new OneOrMany<ServiceNode>();
  readonly #states = new SharedStates();
  readonly #externalStates = new SharedStates();
  readonly #ending: EndingStates;

  readonly #clientStates: SharedStates;

  /**
   * @param ending takes what a change ends
   * @param clientStates of those who ask from an address
   */
  constructor(ending: EndingStates, clientStates: SharedStates) {
    this.#ending = ending;
    this.#clientStates = clientStates;
  }

  /** What a reply about an address depends on, whether anybody has it or not. */
  stateOf(address: string, frame: State): State {
    return this.#states.of(address, frame);
  }

  /** As `stateOf`, about an address outside the cluster. */
  externalStateOf(address: string, frame: State): State {
    return this.#externalStates.of(address, frame);
  }

  addService(node: ServiceNode): void {
    for (const address of node.service?.clusterIPs ?? []) {
      this.#services.add(address, node);
      this.#changed(address);
    }
    for (const address of node.service?.externalIPs ?? []) {
      this.#externals.add(address, node);
      this.#ending.add(this.#externalStates.at(address));
    }
  }

  removeService(node: ServiceNode): void {
    for (const address of node.service?.clusterIPs ?? []) {
      this.#services.remove(address, node);
      this.#changed(address);
    }
    for (const address of node.service?.externalIPs ?? []) {
      this.#externals.remove(address, node);
      this.#ending.add(this.#externalStates.at(address));
    }
  }

  addSlice(slice: Slice): void {
    for (const target of slice.targets) {
      this.#targets.add(target.address, target);
      this.#changed(target.address);
    }
    for (const address of slice.unready) this.#unready.add(address, slice);
    this.#clientsChanged(slice);
  }

  removeSlice(slice: Slice): void {
    for (const target of slice.targets) {
      this.#targets.remove(target.address, target);
      this.#changed(target.address);
    }
    for (const address of slice.unready) this.#unready.remove(address, slice);
    this.#clientsChanged(slice);
  }

  /** A slice as it is now, but for those of whom DNS shows nothing. */
  updateClients(slice: Slice, { isOfPods, unready, podNames }: Slice): void {
    for (const address of slice.unready) this.#unready.remove(address, slice);
    this.#clientsChanged(slice);
    slice.isOfPods = isOfPods;
    slice.unready = unready;
    slice.podNames = podNames;
    for (const address of unready) this.#unready.add(address, slice);
    this.#clientsChanged(slice);
  }

  /** Its endpoints have names from now on, or no more. */
  serviceCameOrWent({ slices }: ServiceNode): void {
    for (const { targets } of slices) for (const { address } of targets) this.#changed(address);
  }

  /** The Service whose ClusterIP this is. Where several claim it, always the same one. */
  service(address: string): ServiceNode | undefined {
    const [first] = this.#services
      .get(address)
      .filter((node) => isExposed(node.namespace))
      .toSorted((a, b) => compare(a.key, b.key));
    return first;
  }

  /** The Services that are reached at an address from outside, by name. */
  external(address: string): readonly ServiceNode[] {
    return this.#externals
      .get(address)
      .filter((node) => isExposed(node.namespace))
      .toSorted((a, b) => compare(a.key, b.key));
  }

  /**
   * The label of the namespace of the Pod with this address, in wire form. Where several are said to have it, it has been
   * given anew: the one that was told of last has it, and rather one that is ready.
   */
  podNamespace(address: string): string | undefined {
    const target = this.#targets.get(address).findLast(({ slice }) => slice.isOfPods);
    return (target?.slice ?? this.#unready.get(address).at(-1))?.node.namespace.key;
  }

  /**
   * The Pod with this address, where slices know Pods by name; undefined if they name several: then nobody can tell
   * which of them asks.
   */
  pod(address: string): ObjectKey | undefined {
    const slices = this.#targets.get(address).map(({ slice }) => slice);
    let found: ObjectKey | undefined;
    for (const { node, podNames } of [...slices, ...this.#unready.get(address)]) {
      const name = podNames?.get(address);
      if (name === undefined) continue;
      const namespace = labelText(node.namespace.key);
      if (found && (found.name !== name || found.namespace !== namespace)) return undefined;
      found = { namespace, name };
    }
    return found;
  }

  /** The endpoints with this address that have a Service to be named after. */
  endpoints(address: string): readonly Target[] {
    return this.#targets.get(address).filter(({ slice }) => slice.node.service !== undefined);
  }

  /**
   * The names of an address in wire form, without `svc` and zone: the Service's if it is a
   * ClusterIP, else those of all endpoints that have it.
   */
  names(address: string): readonly string[] {
    const service = this.service(address);
    if (service) return [service.key];
    const visible = this.endpoints(address).filter(({ slice }) => slice.node.isVisible);
    const names = new Set(visible.map(({ label, slice }) => label + slice.node.key));
    return [...names].toSorted(compare);
  }

  /** All that may have a name, each once. */
  *addresses(): Generator<string, void, undefined> {
    yield* this.#services.keys();
    for (const address of this.#targets.keys()) {
      if (this.#services.get(address).length === 0) yield address;
    }
  }

  #clientsChanged({ isOfPods, targets, unready }: Slice): void {
    if (!isOfPods) return;
    for (const { address } of targets) this.#ending.add(this.#clientStates.at(address));
    for (const address of unready) this.#ending.add(this.#clientStates.at(address));
  }

  #changed(address: string): void {
    this.#ending.add(this.#states.at(address));
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
