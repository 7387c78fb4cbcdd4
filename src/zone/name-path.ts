import { randomInt } from "node:crypto";
import { MAX_NAME_OCTETS } from "../dns/name.ts";

const MAX_LABELS = Math.ceil(MAX_NAME_OCTETS / 2) + 1;
/** Names are the operator's or a primary's, who should not be able to choose their places in the table. */
const SEED = randomInt(0xffff_ffff);

/**
 * A name with all names above it: where in its key each begins, and the hash of each. One pass from the end of the key to its
 * beginning has them all, for a hash that is made from the end is that of every ancestor on its way.
 *
 *     key      3 w w w 7 e x a m p l e 0
 *     starts   0       4               12       (count 3, the root included)
 */
export class NamePath {
  key = "";
  /** Labels, the root's included. */
  count = 0;
  readonly starts: Uint16Array = new Uint16Array(MAX_LABELS);
  readonly hashes: Uint32Array = new Uint32Array(MAX_LABELS);

  /** @param key a name's lower-case wire form */
  set(key: string): this {
    this.key = key;
    let count = 0;
    let at = 0;
    for (; at < key.length - 1; at += key.charCodeAt(at) + 1) this.starts[count++] = at;
    this.starts[count++] = key.length - 1;
    this.count = count;
    let hash = SEED;
    let end = key.length;
    for (let label = count - 1; label >= 0; label--) {
      const start = this.starts[label] ?? 0;
      for (let i = end - 1; i >= start; i--)
        hash = Math.imul(hash ^ key.charCodeAt(i), 0x0100_0193);
      this.hashes[label] = mix(hash);
      end = start;
    }
    return this;
  }
}

/** Spreads what the last octets have done over all bits (the end of MurmurHash3). */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85eb_ca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
