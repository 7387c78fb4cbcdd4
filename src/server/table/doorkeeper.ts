/** Hashes remembered; each pushes out the one that had its place. */
const PLACES = 1 << 14;

/**
 * Lets in who comes a second time. Most names of a flood come only once: they cost no memory and
 * push nothing out.
 */
export class Doorkeeper {
  readonly #seen = new Int32Array(PLACES);

  /** Whether the hash has been seen lately; from now on it has. */
  admits(hash: number): boolean {
    const at = hash & (PLACES - 1);
    const isKnown = this.#seen[at] === hash;
    this.#seen[at] = hash;
    return isKnown;
  }
}
