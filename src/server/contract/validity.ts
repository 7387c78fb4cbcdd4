import type { State } from "./state.ts";

const NO_STATES: readonly State[] = [];

/** That a client is one of some who all get the same, as the Pods of a namespace. */
export interface Membership {
  /** Whatever it is: the same object for all of them. */
  readonly group: object;
  /** Until it ends, the client is one of them. */
  readonly state: State;
}

/**
 * For how long, and for whom, a reply holds good. Immutable: two validities can only be met, and
 * what comes of that is as narrow as the narrower of them in each respect. So whoever has a part
 * in a reply (`Reply.narrow`) can restrict it, and nobody can widen what another has restricted.
 *
 *     reply.narrow(Validity.dependingOn(state)).narrow(Validity.until(deadlineMs));
 */
export class Validity {
  /** Holds for everybody and for ever: a function of the question alone. */
  static readonly always: Validity = new Validity(NO_STATES, Infinity, false, false);
  /**
   * Its source is to be asked each time. How long it is true is another matter: what is configured
   * to ask less often (`cache`) may keep it, see `kept`.
   */
  static readonly once: Validity = new Validity(NO_STATES, Infinity, true, false);
  /** Made for this client: nobody else may ever get it, from no cache either. */
  static readonly perClient: Validity = new Validity(NO_STATES, Infinity, false, true);

  /** It ends with the first of these that ends. */
  readonly states: readonly State[];
  /** It ends here, on the clock of `performance.now()`; or never. */
  readonly untilMs: number;
  readonly isOnce: boolean;
  readonly isPerClient: boolean;
  /** If it is per client: who else may get it all the same, if anybody. */
  readonly membership: Membership | undefined;

  private constructor(
    states: readonly State[],
    untilMs: number,
    isOnce: boolean,
    isPerClient: boolean,
    membership?: Membership,
  ) {
    this.states = states;
    this.untilMs = untilMs;
    this.isOnce = isOnce;
    this.isPerClient = isPerClient;
    this.membership = membership;
  }

  /** As `perClient`, but those of the client's group may get it: the server's own table knows them. */
  static perGroup(membership: Membership): Validity {
    return new Validity(NO_STATES, Infinity, false, true, membership);
  }

  /** Until the state ends. What was not there is a state, too: the reply depends on that. */
  static dependingOn(...states: readonly State[]): Validity {
    return new Validity(states, Infinity, false, false);
  }

  /** @param deadlineMs on the clock of `performance.now()` */
  static until(deadlineMs: number): Validity {
    return new Validity(NO_STATES, deadlineMs, false, false);
  }

  /** Both: what the one or the other forbids is forbidden. */
  and(other: Validity): Validity {
    if (other === Validity.always || other === this) return this;
    if (this === Validity.always) return other;
    return new Validity(
      union(this.states, other.states),
      Math.min(this.untilMs, other.untilMs),
      this.isOnce || other.isOnce,
      this.isPerClient || other.isPerClient,
      commonGroup(this, other),
    );
  }

  /** Whether all that it depends on still is as it was. */
  get isCurrent(): boolean {
    for (const state of this.states) if (!state.isCurrent) return false;
    return true;
  }

  /** Whether a reply may be given to others who ask the same, without asking again. */
  allowsRepeating(nowMs: number): boolean {
    return !this.isPerClient && this.allowsRepeatingToGroup(nowMs);
  }

  /** As `allowsRepeating`, to others of the client's group if it is made for one. */
  allowsRepeatingToGroup(nowMs: number): boolean {
    const isForNobodyElse = this.isPerClient && !this.membership;
    return !this.isOnce && !isForNobodyElse && nowMs < this.untilMs && this.isCurrent;
  }

  /**
   * That of a copy in a store which is configured to ask its sources less often than each time. All
   * other restrictions stay; the store adds its own: the entry, and the time for which it is kept.
   */
  kept(): Validity {
    if (!this.isOnce) return this;
    return new Validity(this.states, this.untilMs, false, this.isPerClient, this.membership);
  }
}

function union(some: readonly State[], others: readonly State[]): readonly State[] {
  if (some.length === 0) return others;
  const added = others.filter((state) => !some.includes(state));
  return added.length === 0 ? some : [...some, ...added];
}

/** Those who are in both groups are one only if both are the same. */
function commonGroup(one: Validity, other: Validity): Membership | undefined {
  if (!one.isPerClient) return other.membership;
  if (!other.isPerClient) return one.membership;
  return one.membership?.group === other.membership?.group ? one.membership : undefined;
}
