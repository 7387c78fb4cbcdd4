import { randomInt } from "node:crypto";

const FIRST_MS = 200;
/** A time without failure after which the next one counts as the first again. */
export const CALM_MS = 60_000;

/**
 * Delays between attempts that double, each drawn from the whole range below it, so that a
 * thousand servers do not come back at once ("full jitter").
 */
export class Backoff {
  #failures = 0;

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** @param capMs the longest delay; it may change from call to call */
  nextMs(capMs: number): number {
    const highestMs = Math.min(capMs, FIRST_MS * 2 ** Math.min(this.#failures, 20));
    this.#failures++;
    return randomInt(Math.max(1, Math.floor(highestMs)));
  }

  reset(): void {
    this.#failures = 0;
  }
}
