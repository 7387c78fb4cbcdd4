/** Bits to remember hashes by: 1 MiB. */
const BITS = 1 << 23;
/** All are forgotten when so many have been remembered: up to then one in 250 is taken for known and is not. */
const MOST = BITS / 32;

/**
 * Lets in who comes a second time. Most names of a flood come only once: they cost no memory and
 * push nothing out. Who comes again is known, however many others came meanwhile, but for those
 * times when everything is forgotten. Each hash has two bits, as in a Bloom filter.
 */
export class Doorkeeper {
  readonly #seen = new Int32Array(BITS / 32);
  #count = 0;

  /** Whether the hash has been seen lately; from now on it has. */
  admits(hash: number): boolean {
    const first = this.#mark(hash);
    const second = this.#mark(Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ (hash >>> 9));
    if (first && second) return true;
    if (++this.#count > MOST) this.#forget();
    return false;
  }

  /** @returns whether the bit was set */
  #mark(hash: number): boolean {
    const bit = hash & (BITS - 1);
    const mask = 1 << (bit & 31);
    const word = this.#seen[bit >> 5] as number;
    if ((word & mask) !== 0) return true;
    this.#seen[bit >> 5] = word | mask;
    return false;
  }

  #forget(): void {
    this.#seen.fill(0);
    this.#count = 0;
  }
}
