import { randomBytes } from "node:crypto";

const ROWS = 4;
/** Counters stop here: who is asked for more often is popular enough. */
export const MOST = 15;
/** Columns for each entry: with less, a flood alone makes every key look popular. */
const COLUMNS_PER_ENTRY = 8;
const MAX_WIDTH = 1 << 22;
/** All counters are halved after this many observations for each entry, so that fame passes. */
const OBSERVATIONS_PER_ENTRY = 10;

/**
 * How often keys were asked for lately, be they kept or not, in little memory: a count-min sketch
 * (Cormode and Muthukrishnan 2005) with aging, as in TinyLFU (Einziger, Friedman and Manes 2017).
 *
 *     row 0   . . 3 . . . .      a key has one counter in each row;
 *     row 1   . 7 . . . . .      others share them, so the least of the
 *     row 2   . . . . . 3 .      four is nearest to the truth: here 3
 *     row 3   4 . . . . . .
 */
export class FrequencySketch {
  readonly #counters: Uint8Array;
  readonly #mask: number;
  readonly #observationsAPeriod: number;
  /** So that nobody outside knows which keys share counters. */
  readonly #seed: number = randomBytes(4).readInt32LE();
  #observations = 0;
  /** Counts up each time that counters are halved. */
  period = 1;

  /** @param entries how many keys are to be told apart well */
  constructor(entries: number) {
    let width = 1024;
    while (width < entries * COLUMNS_PER_ENTRY && width < MAX_WIDTH) width *= 2;
    this.#counters = new Uint8Array(width * ROWS);
    this.#mask = width - 1;
    this.#observationsAPeriod = entries * OBSERVATIONS_PER_ENTRY;
  }

  /** What stands for a key below; to be kept with it. */
  hash(key: string): number {
    let hash = this.#seed;
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    return mix(hash);
  }

  /** Counts some observations of a key, in those of its counters that say least. */
  add(hash: number, count = 1): void {
    const counters = this.#counters;
    const target = Math.min(MOST, this.estimate(hash) + count);
    let word = hash;
    for (let row = 0; row < ROWS; row++) {
      const at = row * (this.#mask + 1) + (word & this.#mask);
      if ((counters[at] as number) < target) counters[at] = target;
      word = mix(word + 0x9e3779b9);
    }
    // Many hits of one name at once are no reason to forget others.
    if (++this.#observations >= this.#observationsAPeriod) this.#age();
  }

  /** 0 to 15: about how often it was observed lately. */
  estimate(hash: number): number {
    let least = MOST;
    let word = hash;
    for (let row = 0; row < ROWS; row++) {
      const counter = this.#counters[row * (this.#mask + 1) + (word & this.#mask)] as number;
      if (counter < least) least = counter;
      word = mix(word + 0x9e3779b9);
    }
    return least;
  }

  #age(): void {
    const counters = this.#counters;
    for (let i = 0; i < counters.length; i++) counters[i] = (counters[i] as number) >> 1;
    this.#observations >>= 1;
    this.period++;
  }
}

/** Spreads each bit over all (the end of MurmurHash3, Appleby 2011). */
function mix(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
