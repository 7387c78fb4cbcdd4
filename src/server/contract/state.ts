/**
 * A state of things that replies depend on: a Service as it is, the absence of a name, the contents
 * of a hosts file. Whoever is about to change it ends it first; when `end` returns, nobody answers
 * with what was made of it.
 *
 *     namespaces ---- a Service ---- a cached reply ---- a slot of the answer table
 *                     the next one
 *
 * What a state stands on takes it along when it ends. It is told of those only that something
 * depends on: what nobody would miss costs no place in a list, and goes when its owner does.
 */
export class State implements Dependent {
  #hasEnded = false;
  readonly #ground: State | readonly State[] | undefined;
  /** Most have none or one. */
  #dependents: Dependent | Set<Dependent> | undefined;

  /** @param ground what it stands on itself: it ends with the first of them that ends */
  constructor(ground?: State | readonly State[]) {
    this.#ground = ground;
  }

  get isCurrent(): boolean {
    if (this.#hasEnded) return false;
    const ground = this.#ground;
    if (ground === undefined) return true;
    return ground instanceof State ? ground.isCurrent : ground.every((one) => one.isCurrent);
  }

  end(): void {
    endStates([this]);
  }

  /** A dependent of a state that has ended is never told. */
  add(dependent: Dependent): void {
    const known = this.#dependents;
    if (known === undefined) {
      this.#dependents = dependent;
      for (const ground of this.#grounds()) ground.add(this);
    } else if (known instanceof Set) known.add(dependent);
    else if (known !== dependent) this.#dependents = new Set([known, dependent]);
  }

  delete(dependent: Dependent): void {
    const known = this.#dependents;
    if (known instanceof Set) {
      known.delete(dependent);
      if (known.size > 0) return;
    } else if (known !== dependent) return;
    this.#dependents = undefined;
    for (const ground of this.#grounds()) ground.delete(this);
  }

  stateEnded(afterwards: Set<Afterwards>): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const dependents = this.#dependents;
    this.#dependents = undefined;
    if (dependents !== undefined) for (const ground of this.#grounds()) ground.delete(this);
    if (dependents instanceof Set) for (const one of dependents) one.stateEnded(afterwards);
    else dependents?.stateEnded(afterwards);
  }

  #grounds(): readonly State[] {
    const ground = this.#ground;
    if (ground === undefined) return [];
    return ground instanceof State ? [ground] : ground;
  }
}

/** Something that must not outlive a state. */
export interface Dependent {
  /** The state has ended. Adds to `afterwards` who has to be told when all have heard of it. */
  stateEnded(afterwards: Set<Afterwards>): void;
}

/** Somebody with work to do once for all states that end together. */
export interface Afterwards {
  statesEnded(): void;
}

/**
 * Ends several states at once: readers on other threads are waited for once, not for each. One
 * change is one call.
 */
export function endStates(states: Iterable<State | undefined>): void {
  const afterwards = new Set<Afterwards>();
  for (const state of states) state?.stateEnded(afterwards);
  for (const one of afterwards) one.statesEnded();
}
