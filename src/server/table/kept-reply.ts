import type { Dependent, Reuse, Unsettled } from "../basis.ts";
import type { ReusedObserver } from "../reused-observer.ts";

/** What the main thread knows of a slot that is in use. */
export class KeptReply implements Dependent {
  readonly slot: number;
  readonly reuse: Reuse;
  readonly generation: number;
  readonly rcode: number;
  readonly observers: readonly ReusedObserver[];
  /** Whether it was hit since the hand of the clock came by. */
  wasHit = false;
  /** Whether it is invalid, and only its hits are still to be counted. */
  isLeaving = false;
  readonly #drop: (kept: KeptReply) => Unsettled;

  constructor(
    slot: number,
    reuse: Reuse,
    details: { generation: number; rcode: number; observers: readonly ReusedObserver[] },
    drop: (kept: KeptReply) => Unsettled,
  ) {
    this.slot = slot;
    this.reuse = reuse;
    this.generation = details.generation;
    this.rcode = details.rcode;
    this.observers = details.observers;
    this.#drop = drop;
  }

  basisEnded(unsettled: Set<Unsettled>): void {
    unsettled.add(this.#drop(this));
  }
}
