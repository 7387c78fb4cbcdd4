import type { BatchResponder } from "./responder.ts";

/** Replies are written one behind the other; a new slab takes over when one is nearly full. */
const SLAB_OCTETS = 65_536;
/** Longer ones are not kept in memory. */
const REPLY_OCTETS = 2_048;

/** Answers from memory whole messages as they lie in a stream, each behind its length. */
export class StreamResponder {
  readonly #responder: BatchResponder;
  #slab = Buffer.allocUnsafeSlow(SLAB_OCTETS);
  #at = 0;
  /** How many messages the last call of `answer` has answered. */
  answered = 0;

  constructor(responder: BatchResponder) {
    this.#responder = responder;
  }

  /**
   * Answers the messages from `start` on, up to the first one that is not whole or not known, or
   * to some tens of kilooctets of replies.
   * @param most so many messages are enough
   * @param send takes all of the replies at once, each behind its length
   * @returns where it stopped
   */
  answer(
    chunk: Buffer,
    start: number,
    isIpv6: boolean,
    most: number,
    send: { write(octets: Buffer): unknown },
  ): number {
    const responder = this.#responder;
    if (this.#at > SLAB_OCTETS - 2 * REPLY_OCTETS) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_OCTETS);
      this.#at = 0;
    }
    // So that the first reply begins at a multiple of 4.
    const first = ((this.#at + 3) & ~3) + 2;
    this.#at = first;
    responder.isIpv6 = isIpv6;
    responder.beginBatch(performance.now());
    const end = this.#answerAll(chunk, start, most);
    if (this.#at > first) send.write(this.#slab.subarray(first, this.#at));
    responder.endBatch(end > start ? performance.now() : 0);
    return end;
  }

  #answerAll(chunk: Buffer, start: number, most: number): number {
    const slab = this.#slab;
    let at = start;
    this.answered = 0;
    while (this.answered < most && at + 2 < chunk.length && this.#at < SLAB_OCTETS - REPLY_OCTETS) {
      const length = ((chunk[at] as number) << 8) | (chunk[at + 1] as number);
      if (at + 2 + length > chunk.length) break;
      const octets = this.#answerOne(chunk, at + 2, length);
      if (octets === 0) break;
      slab[this.#at] = octets >>> 8;
      slab[this.#at + 1] = octets;
      this.#at += 2 + octets;
      at += 2 + length;
      this.answered++;
    }
    return at;
  }

  #answerOne(chunk: Buffer, start: number, length: number): number {
    try {
      return this.#responder.answer(chunk, start, length, this.#slab, this.#at + 2);
    } catch {
      // One query that it stumbles over must not end the connection; the chain will answer it.
      return 0;
    }
  }
}
