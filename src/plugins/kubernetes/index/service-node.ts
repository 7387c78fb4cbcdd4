import type { Service } from "../../../kube/cluster-source.ts";
import { State } from "../../../server/contract/state.ts";
import type { EndingStates } from "./ending-states.ts";
import type { OneOrMany } from "./one-or-many.ts";
import type { Slice, Target } from "./slice.ts";
import { groupTargets } from "./slice.ts";
import type { ServiceNames } from "../records/name-records.ts";

/** A namespace, from the first object that names it on. */
export interface NamespaceNode {
  /** The label in wire form. */
  readonly key: string;
  /** Whether the configuration shows it. */
  readonly isConfigured: boolean;
  /** Whether there is a Namespace object. */
  exists: boolean;
  /** Services and slices that hang on it. */
  nodes: number;
}

export function isExposed(namespace: NamespaceNode): boolean {
  return namespace.exists && namespace.isConfigured;
}

/**
 * What is known of one Service, or of one of the cluster set: the object, its slices, and the records made of them so far.
 * It is there also if only slices are: they may come first.
 */
export class ServiceNode {
  /** The labels of Service and namespace in wire form. */
  readonly key: string;
  readonly namespace: NamespaceNode;
  service: Service | undefined;
  /** Those with addresses of the Service, by name. */
  slices: readonly Slice[] = [];
  /** By the zone's index; forgotten with each change. */
  records: (ServiceNames | undefined)[] = [];
  #targets: OneOrMany<Target> | undefined;
  #state: State | undefined;

  constructor(key: string, namespace: NamespaceNode) {
    this.key = key;
    this.namespace = namespace;
  }

  /** Whether DNS shows the Service. */
  get isVisible(): boolean {
    return this.service !== undefined && isExposed(this.namespace);
  }

  get isUnused(): boolean {
    return this.service === undefined && this.slices.length === 0;
  }

  get hasReadyTargets(): boolean {
    return this.slices.some(({ targets }) => targets.length > 0);
  }

  /** What replies about the Service depend on. */
  stateOn(frame: State): State {
    if (this.#state?.isCurrent !== true) this.#state = new State(frame);
    return this.#state;
  }

  /** The targets with this name below the Service, in wire form. */
  targetsOf(label: string): readonly Target[] {
    this.#targets ??= groupTargets(this.slices, (target) => target.label);
    return this.#targets.get(label);
  }

  /** Puts `slice` in the place of the one with its name; to be followed by `changed`. */
  put(slice: Slice): void {
    const others = this.slices.filter(({ name }) => name !== slice.name);
    this.slices = [...others, slice].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** To be followed by `changed`. */
  take(slice: Slice): void {
    this.slices = this.slices.filter((other) => other !== slice);
  }

  /** @param ending takes what the change ends; no query is answered before it has ended */
  changed(ending: EndingStates): void {
    this.records = [];
    this.#targets = undefined;
    ending.add(this.#state);
    this.#state = undefined;
  }
}
