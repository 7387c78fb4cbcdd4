/**
 * A state of things, as of a Service or of a hosts file, that replies are made of. Whoever is
 * about to change it ends it first; when `end` returns, nobody answers with what was made of it.
 *
 *     namespaces ---- a Service ---- a cached reply ---- a slot of the answer table
 *                     the next one
 *
 * What a basis stands on itself takes it along when it ends. It is told of those only that something
 * stands on: what nobody would miss costs no place in a list, and goes when its owner does.
 */
export class Basis implements Dependent {
  #hasEnded = false;
  readonly #ground: Basis | undefined;
  /** Most have none or one. */
  #dependents: Dependent | Set<Dependent> | undefined;

  /** @param ground what it stands on itself */
  constructor(ground?: Basis) {
    this.#ground = ground;
  }

  get isCurrent(): boolean {
    return !this.#hasEnded && (this.#ground?.isCurrent ?? true);
  }

  end(): void {
    endAll([this]);
  }

  /** A dependent of a basis that has ended is never told. */
  add(dependent: Dependent): void {
    const known = this.#dependents;
    if (known === undefined) {
      this.#dependents = dependent;
      this.#ground?.add(this);
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
    this.#ground?.delete(this);
  }

  basisEnded(unsettled: Set<Unsettled>): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const dependents = this.#dependents;
    this.#dependents = undefined;
    if (dependents !== undefined) this.#ground?.delete(this);
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
