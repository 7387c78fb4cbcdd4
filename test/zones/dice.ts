/** Draws that are the same for the same seed (mulberry32): what a test has found can be drawn again. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to `below` - 1. */
  number(below: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  }

  /** True once in `n` times. */
  once(n: number): boolean {
    return this.number(n) === 0;
  }

  one<T>(all: readonly T[]): T {
    const found = all[this.number(all.length)];
    if (found === undefined) throw new RangeError("Cannot draw: there is nothing to draw from");
    return found;
  }
}
