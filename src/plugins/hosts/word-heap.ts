/** Words that are allocated at a time: 256 KiB. */
const CHUNK_BITS = 16;
const CHUNK_WORDS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_WORDS - 1;

/**
 * Words of 32 bits that are only ever added, and found by their number. They are in few large
 * buffers, outside of what the garbage collector has to look through; a growing one copies nothing.
 */
export class WordHeap {
  readonly #chunks: Int32Array[] = [new Int32Array(CHUNK_WORDS)];
  /** 0 is nothing's place. */
  #end = 1;

  /** Room for some words, all of them 0, in one chunk. @returns where it is; never 0 */
  allocate(words: number): number {
    if ((this.#end & CHUNK_MASK) + words > CHUNK_WORDS)
      this.#end = this.#chunks.length << CHUNK_BITS;
    const at = this.#end;
    if (at >> CHUNK_BITS === this.#chunks.length) this.#chunks.push(new Int32Array(CHUNK_WORDS));
    this.#end += words;
    return at;
  }

  get(at: number): number {
    return (this.#chunks[at >>> CHUNK_BITS] as Int32Array)[at & CHUNK_MASK] as number;
  }

  set(at: number, word: number): void {
    (this.#chunks[at >>> CHUNK_BITS] as Int32Array)[at & CHUNK_MASK] = word;
  }

  /** The octets of the words from `at` to the end of their chunk. */
  octets(at: number): Uint8Array {
    const { buffer } = this.#chunks[at >>> CHUNK_BITS] as Int32Array;
    return new Uint8Array(buffer, (at & CHUNK_MASK) * 4);
  }
}
