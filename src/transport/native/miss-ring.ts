import type { MessageBatch } from "./message-batch.ts";
import { PEER_WORDS } from "./message-batch.ts";

const HEAD = 0;
const TAIL = 16;
const WAITING = 32;
const FIRST = 48;
const LENGTH_WORDS = 2;

const ROOM_WAIT_MS = 1;

/**
 * Queries on their way from one thread, which has no answer, to another one, which finds out: a ring
 * in shared memory with one writer and one reader.
 *
 *   words   0       16      32          48
 *           | head  | tail  | waiting   | records ...
 *   record  words of the record 1 | octets of the datagram 1 | peer 18 | datagram
 *
 * Head and tail count words since the beginning, and each is alone in its line of the CPU's
 * cache. A record never wraps: a length of 0 says that the next one is at the beginning.
 */
export class MissRing {
  readonly #words: Int32Array;
  readonly #octets: Buffer;
  readonly #capacity: number;
  #written: number;

  static allocate(octets: number): SharedArrayBuffer {
    return new SharedArrayBuffer((FIRST + octets / 4) * 4);
  }

  /** @param memory as `allocate` made it; its length in octets is a power of two. */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
    this.#octets = Buffer.from(memory);
    this.#capacity = this.#words.length - FIRST;
    this.#written = Atomics.load(this.#words, HEAD);
  }

  /**
   * Writes what a slot holds, to be read after `publish`.
   * @returns false if there is no room
   */
  push(batch: MessageBatch, slot: number): boolean {
    const octets = batch.length(slot);
    const need = LENGTH_WORDS + PEER_WORDS + ((octets + 3) >> 2);
    const words = this.#words;
    let free = this.#capacity - ((this.#written - Atomics.load(words, TAIL)) | 0);
    let at = this.#written & (this.#capacity - 1);
    const toEnd = this.#capacity - at;
    if (need > toEnd) {
      if (toEnd + need > free) return false;
      words[FIRST + at] = 0;
      this.#written = (this.#written + toEnd) | 0;
      free -= toEnd;
      at = 0;
    }
    if (need > free) return false;
    let to = FIRST + at;
    words[to++] = need;
    words[to++] = octets;
    const peer = batch.peerWord(slot);
    for (let i = 0; i < PEER_WORDS; i++) words[to++] = batch.words[peer + i] as number;
    const data = batch.dataOctet(slot) >> 2;
    for (let i = 0; i < (octets + 3) >> 2; i++) words[to++] = batch.words[data + i] as number;
    this.#written = (this.#written + need) | 0;
    return true;
  }

  /** Shows the reader all that has been pushed, and wakes it where it waits for that. */
  publish(): void {
    const words = this.#words;
    if (Atomics.load(words, HEAD) === this.#written) return;
    Atomics.store(words, HEAD, this.#written);
    if (Atomics.load(words, WAITING) !== 0) this.wakeReader();
  }

  wakeReader(): void {
    Atomics.store(this.#words, WAITING, 0);
    Atomics.notify(this.#words, WAITING);
  }

  /** Waits a little for the reader to take something. */
  waitForRoom(): void {
    Atomics.wait(this.#words, TAIL, Atomics.load(this.#words, TAIL), ROOM_WAIT_MS);
  }

  /**
   * Takes the oldest record out.
   * @returns the peer and, behind it, the datagram in a buffer of its own; undefined if there is none
   */
  take(): Buffer | undefined {
    const words = this.#words;
    let tail = words[TAIL] as number;
    if (tail === Atomics.load(words, HEAD)) return undefined;
    let at = tail & (this.#capacity - 1);
    if (words[FIRST + at] === 0) {
      tail = (tail + this.#capacity - at) | 0;
      at = 0;
    }
    const length = PEER_OCTETS + (words[FIRST + at + 1] as number);
    const from = (FIRST + at + LENGTH_WORDS) * 4;
    const record = Buffer.allocUnsafe(length);
    this.#octets.copy(record, 0, from, from + length);
    Atomics.store(words, TAIL, (tail + (words[FIRST + at] as number)) | 0);
    return record;
  }

  /**
   * Waits for the writer, without blocking.
   * @returns undefined if there is something to read already
   */
  wait(): Promise<unknown> | undefined {
    const words = this.#words;
    Atomics.store(words, WAITING, 1);
    if (Atomics.load(words, HEAD) !== words[TAIL]) return undefined;
    const { async, value } = Atomics.waitAsync(words, WAITING, 1);
    return async ? value : undefined;
  }
}

/** Where the datagram begins in a record. */
export const PEER_OCTETS: number = PEER_WORDS * 4;
