import { State } from "./state.ts";

/** A power of two. */
const SHARES = 1 << 10;

/**
 * States of things there may be any number of, as of names that do not exist: they share 1,024 of
 * them, so that a change ends one in a thousand replies, those about itself among them.
 */
export class SharedStates {
  readonly #shares: (State | undefined)[] = [];

  /**
   * What a reply about the key depends on.
   * @param ground what all of them stand on
   */
  of(key: string, ground?: State): State {
    const at = shareOf(key);
    const known = this.#shares[at];
    if (known?.isCurrent === true) return known;
    return (this.#shares[at] = new State(ground));
  }

  /** The one that has to end before the key is something else; undefined if nobody asked for it. */
  at(key: string): State | undefined {
    return this.#shares[shareOf(key)];
  }
}

function shareOf(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 15)) & (SHARES - 1);
}
