import type { Afterwards, Dependent } from "../contract/state.ts";
import type { ReasonCode } from "../contract/reason.ts";
import type { Validity } from "../contract/validity.ts";
import type { Repetition, Reply } from "../contract/reply.ts";
import type { RepeatObserver } from "../contract/repeat-observer.ts";

/** What the main thread knows of a slot that is in use. */
export class KeptReply implements Dependent {
  readonly slot: number;
  readonly validity: Validity;
  readonly repetition: Repetition;
  readonly generation: number;
  readonly rcode: number;
  readonly reason: ReasonCode | undefined;
  readonly observers: readonly RepeatObserver[];
  /** Whether it was hit since the hand of the clock came by. */
  wasHit = false;
  /** Whether it is invalid, and only its hits are still to be counted. */
  isLeaving = false;
  readonly #drop: (kept: KeptReply) => Afterwards;

  constructor(
    slot: number,
    { validity, repetition, rcode, reason }: Reply,
    details: { generation: number; observers: readonly RepeatObserver[] },
    drop: (kept: KeptReply) => Afterwards,
  ) {
    this.slot = slot;
    this.validity = validity;
    this.repetition = repetition;
    this.generation = details.generation;
    this.rcode = rcode;
    this.reason = reason;
    this.observers = details.observers;
    this.#drop = drop;
  }

  /** To be told when something ends that the reply depends on. */
  depend(): void {
    for (const state of this.validity.states) state.add(this);
  }

  dependNoMore(): void {
    for (const state of this.validity.states) state.delete(this);
  }

  stateEnded(afterwards: Set<Afterwards>): void {
    this.dependNoMore();
    afterwards.add(this.#drop(this));
  }
}
