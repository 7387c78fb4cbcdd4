import { setImmediate } from "node:timers/promises";

/** How long queries may be kept waiting at a time. */
const PIECE_MS = 1;

/** Cuts long work into short pieces, between which queries are answered. */
export class Pace {
  #since = performance.now();

  /** Whether the piece has lasted long enough. */
  get isOver(): boolean {
    return performance.now() - this.#since >= PIECE_MS;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
