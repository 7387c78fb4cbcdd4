import { randomFillSync } from "node:crypto";

/** Numbers fetched from the system's generator at once: a call for each costs more than it yields. */
const STOCK = 1024;

/** Numbers that cannot be predicted, from a stock of random bits. */
export class RandomInts {
  readonly #stock = new Uint32Array(STOCK);
  #next = STOCK;

  /**
   * An integer from 0 to below `bound`, which is at most 2^16. Of 2^32 draws a few are for small
   * numbers more than for large ones: of no use to anybody.
   */
  below(bound: number): number {
    if (this.#next === STOCK) {
      randomFillSync(this.#stock);
      this.#next = 0;
    }
    const bits = this.#stock[this.#next] as number;
    // Used ones are not left lying in memory.
    this.#stock[this.#next++] = 0;
    return Math.floor((bits / 0x1_0000_0000) * bound);
  }
}
