import { setImmediate } from "node:timers/promises";

const TURN_MS = 1;
/** Records that are made or looked through between two looks at the clock. */
export const LOOK_RECORDS = 32;

/**
 * A turn of the event loop, of which long work may have a millisecond. By the clock, for what is done the first time takes V8
 * ten times as long.
 */
export class Turn {
  #beganMs = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#beganMs > TURN_MS;
  }

  /** Lets others have theirs first. */
  async next(): Promise<void> {
    await setImmediate();
    this.#beganMs = performance.now();
  }
}
