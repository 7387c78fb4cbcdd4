import { WordHeap } from "./word-heap.ts";

/**
 * Names and what they stand for, as few words each: some hundred thousand names would be a
 * million objects otherwise, and reading them would keep the garbage collector busy.
 *
 *     bucket[hash] ─► name ──next in bucket──► name
 *                      │ last
 *                      ▼
 *                     value ─► first value ─► second ─► ...   a ring, in the order they came
 *
 *     name    next in its bucket | last value | wire form in lower case, up to 64 words
 *     value   next in its ring | kind (24), words (8) | its words
 */
export class PackedRecords {
  readonly #heap = new WordHeap();
  readonly #buckets: Int32Array;
  /** The name that was looked for last; its final word is filled up with zeros. */
  readonly #sought = new Int32Array(64);
  #soughtWords = 0;

  /** @param names how many there are likely to be; more take longer to find */
  constructor(names: number) {
    this.#buckets = new Int32Array(1 << Math.ceil(Math.log2(Math.max(names, 16))));
  }

  /** The place of a name, which is added if it is not there. @param key its wire form in lower case */
  place(key: string): number {
    const bucket = this.#seek(key);
    const known = this.#findIn(bucket);
    if (known !== 0) return known;
    const at = this.#heap.allocate(NAME_AT + this.#soughtWords);
    for (let i = 0; i < this.#soughtWords; i++) {
      this.#heap.set(at + NAME_AT + i, this.#sought[i] as number);
    }
    this.#heap.set(at, this.#buckets[bucket] as number);
    this.#buckets[bucket] = at;
    return at;
  }

  /** The place of a name, or 0. */
  find(key: string): number {
    return this.#findIn(this.#seek(key));
  }

  /** The places of all names. */
  *places(): Generator<number, void, undefined> {
    for (const first of this.#buckets) {
      for (let at = first; at !== 0; at = this.#heap.get(at)) yield at;
    }
  }

  /** The wire form of the name at a place. */
  nameAt(place: number): string {
    const octets = this.#heap.octets(place + NAME_AT);
    let end = 0;
    while (octets[end] !== 0) end += (octets[end] as number) + 1;
    return Buffer.from(octets.buffer, octets.byteOffset, end + 1).toString("latin1");
  }

  /** Adds a value to those of a name. */
  add(place: number, kind: number, words: readonly number[]): void {
    const heap = this.#heap;
    const at = heap.allocate(VALUE_AT + words.length);
    heap.set(at + 1, (kind << 8) | words.length);
    for (let i = 0; i < words.length; i++) heap.set(at + VALUE_AT + i, words[i] as number);
    const last = heap.get(place + 1);
    heap.set(at, last === 0 ? at : heap.get(last));
    if (last !== 0) heap.set(last, at);
    heap.set(place + 1, at);
  }

  /** Whether a name has this value of a kind. */
  has(place: number, kind: number, words: readonly number[]): boolean {
    const heap = this.#heap;
    const last = heap.get(place + 1);
    const head = (kind << 8) | words.length;
    for (let at = last; at !== 0;) {
      at = heap.get(at);
      let same = heap.get(at + 1) === head ? 0 : -1;
      while (same >= 0 && same < words.length && heap.get(at + VALUE_AT + same) === words[same])
        same++;
      if (same === words.length) return true;
      if (at === last) break;
    }
    return false;
  }

  /** The values of one kind of a name, in the order in which they were added; `most` at most. */
  values(place: number, kind: number, most = Infinity): number[][] {
    const heap = this.#heap;
    const found: number[][] = [];
    const last = heap.get(place + 1);
    for (let at = last; at !== 0 && found.length < most;) {
      at = heap.get(at);
      const head = heap.get(at + 1);
      if (head >>> 8 === kind) {
        found.push(Array.from({ length: head & 0xff }, (_, i) => heap.get(at + VALUE_AT + i)));
      }
      if (at === last) break;
    }
    return found;
  }

  /** @returns the bucket */
  #seek(key: string): number {
    const sought = this.#sought;
    const words = (key.length + 3) >> 2;
    let hash = 0;
    for (let i = 0, from = 0; i < words; i++, from += 4) {
      // Behind the end there is NaN, which counts as 0 here.
      const word =
        key.charCodeAt(from) |
        (key.charCodeAt(from + 1) << 8) |
        (key.charCodeAt(from + 2) << 16) |
        (key.charCodeAt(from + 3) << 24);
      sought[i] = word;
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    this.#soughtWords = words;
    return hash & (this.#buckets.length - 1);
  }

  #findIn(bucket: number): number {
    let at = this.#buckets[bucket] as number;
    while (at !== 0 && !this.#isAt(at)) at = this.#heap.get(at);
    return at;
  }

  /** A wire form says itself where it ends: it is never the beginning of another one. */
  #isAt(place: number): boolean {
    for (let i = 0; i < this.#soughtWords; i++) {
      if (this.#heap.get(place + NAME_AT + i) !== this.#sought[i]) return false;
    }
    return true;
  }
}

const NAME_AT = 2;
const VALUE_AT = 2;
