/** Bits to remember hashes by: 256 KiB. */
const BITS = 1 << 21;
/** All are forgotten when so many have been remembered: until then few are taken for known that are not. */
const MOST = BITS / 8;

/**
 * Lets in who comes a second time. Most names of a flood come only once: they cost no memory and
 * push nothing out. Who comes again is known, however many others came meanwhile, but for those
 * times when everything is forgotten.
 */
export class Doorkeeper {
  readonly #seen = new Int32Array(BITS / 32);
  #count = 0;

  /** Whether the hash has been seen lately; from now on it has. */
  admits(hash: number): boolean {
    const bit = hash & (BITS - 1);
    const mask = 1 << (bit & 31);
    const word = this.#seen[bit >> 5] as number;
    if ((word & mask) !== 0) return true;
    if (++this.#count > MOST) this.#forget();
    this.#seen[bit >> 5] = (this.#seen[bit >> 5] as number) | mask;
    return false;
  }

  #forget(): void {
    this.#seen.fill(0);
    this.#count = 1;
  }
}
