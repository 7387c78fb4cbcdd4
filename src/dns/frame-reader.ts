import { HEADER_OCTETS } from "./header.ts";

const FIRST_ALLOCATION_OCTETS = 512;
const EMPTY = Buffer.alloc(0);

/**
 * Cuts a stream into messages, each behind its length in two octets (RFC 1035 §4.2.2), however
 * the stream was split. Memory follows what has arrived, not what a length promises.
 */
export class FrameReader {
  #length = 0;
  #lengthOctets = 0;
  #message = EMPTY;
  #filled = 0;

  /** Whether a message has begun and is not complete. */
  get isPartial(): boolean {
    return this.#lengthOctets > 0;
  }

  /**
   * Takes a chunk, from `start` on, and calls `onMessage` for each message completed by it, until that returns
   * `false`; every message has a buffer of its own.
   * @returns up to where the chunk was taken; undefined if a length is less than a
   * header's: this is no DNS.
   */
  push(
    chunk: Buffer,
    onMessage: (message: Buffer) => unknown,
    start: number = 0,
  ): number | undefined {
    let at = start;
    while (at < chunk.length) {
      if (this.#lengthOctets < 2) {
        this.#length = (this.#length << 8) | (chunk[at++] as number);
        if (++this.#lengthOctets === 2 && this.#length < HEADER_OCTETS) return undefined;
        continue;
      }
      at += this.#fill(chunk, at);
      if (this.#filled === this.#length && onMessage(this.#take()) === false) break;
    }
    return at;
  }

  #fill(chunk: Buffer, at: number): number {
    const count = Math.min(chunk.length - at, this.#length - this.#filled);
    if (this.#filled + count > this.#message.length) {
      const wanted = Math.max(this.#filled + count, 2 * this.#filled, FIRST_ALLOCATION_OCTETS);
      const grown = Buffer.alloc(Math.min(this.#length, wanted));
      this.#message.copy(grown, 0, 0, this.#filled);
      this.#message = grown;
    }
    chunk.copy(this.#message, this.#filled, at, at + count);
    this.#filled += count;
    return count;
  }

  #take(): Buffer {
    const message = this.#message;
    this.#length = this.#lengthOctets = this.#filled = 0;
    this.#message = EMPTY;
    return message;
  }
}

/** A message with its length in front, ready for a stream. */
export function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(2 + message.length);
  framed.writeUInt16BE(message.length, 0);
  message.copy(framed, 2);
  return framed;
}
