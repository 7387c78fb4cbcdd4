/**
 * A state of things, as of a Service or of a hosts file, that replies are made of. Whoever is
 * about to change it ends it first; when `end` returns, nobody answers with what was made of it.
 *
 *     namespaces ---- a Service ---- a cached reply ---- a slot of the answer table
 *                     the next one
 *
 * What a basis stands on itself takes it along when it ends.
 */
export class Basis implements Dependent {
  #isCurrent = true;
  readonly #ground: Basis | undefined;
  /** Most have none or one. */
  #dependents: Dependent | Set<Dependent> | undefined;

  /** @param ground what it stands on itself */
  constructor(ground?: Basis) {
    this.#ground = ground;
    if (ground) this.#isCurrent = ground.isCurrent;
    if (this.#isCurrent) ground?.add(this);
  }

  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  end(): void {
    endAll([this]);
  }

  /** A dependent of a basis that has ended is never told. */
  add(dependent: Dependent): void {
    const known = this.#dependents;
    if (known === undefined) this.#dependents = dependent;
    else if (known instanceof Set) known.add(dependent);
    else this.#dependents = new Set([known, dependent]);
  }

  delete(dependent: Dependent): void {
    if (this.#dependents instanceof Set) this.#dependents.delete(dependent);
    else if (this.#dependents === dependent) this.#dependents = undefined;
  }

  basisEnded(unsettled: Set<Unsettled>): void {
    if (!this.#isCurrent) return;
    this.#isCurrent = false;
    this.#ground?.delete(this);
    const dependents = this.#dependents;
    this.#dependents = undefined;
    if (dependents instanceof Set) for (const one of dependents) one.basisEnded(unsettled);
    else dependents?.basisEnded(unsettled);
  }
}

/** Something that must not outlive a basis. */
export interface Dependent {
  /** The basis has ended. Adds to `unsettled` who has to be told when all have heard of it. */
  basisEnded(unsettled: Set<Unsettled>): void;
}

/** Somebody with work to do once for all ends that come together. */
export interface Unsettled {
  settle(): void;
}

/** Ends several at once, which is cheaper than one by one. */
export function endAll(bases: readonly (Basis | undefined)[]): void {
  const unsettled = new Set<Unsettled>();
  for (const basis of bases) basis?.basisEnded(unsettled);
  for (const one of unsettled) one.settle();
}

/** Leave to repeat a reply to others who ask the same question. */
export interface Reuse {
  /** For as long as this is current ... */
  readonly basis: Basis;
  /** ... and before this time, on the clock of `performance.now()`. */
  readonly untilMs: number;
  /** Whether its names would be written as the question writes them, capitals and all. */
  readonly followsCase?: boolean;
  /** If TTLs count down: what all of them are at a time on the same clock. */
  readonly aging?: { readonly ttlSeconds: number; readonly fromMs: number };
  /** Is told of queries that were answered so; up to a second late. */
  count?(hits: number, nowMs: number): void;
}
