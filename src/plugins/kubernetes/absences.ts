import { Basis } from "../../server/basis.ts";

/** A power of two. */
const SHARES = 1 << 10;

/**
 * What replies stand on that say that there is no such Service. There may be any number of names
 * that do not exist, so they share: a new Service ends one in a thousand of those replies, its own
 * name's among them.
 */
export class Absences {
  readonly #shares: (Basis | undefined)[] = [];

  /** @param key the labels of Service and namespace in lower-case wire form */
  basisOn(frame: Basis, key: string): Basis {
    const at = shareOf(key);
    const known = this.#shares[at];
    if (known?.isCurrent === true) return known;
    return (this.#shares[at] = new Basis(frame));
  }

  /** There is going to be such a Service. */
  end(key: string): void {
    this.#shares[shareOf(key)]?.end();
  }
}

function shareOf(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 15)) & (SHARES - 1);
}
