import { guard } from "../../observe/faults.ts";
import type { Outbox } from "../client.ts";
import { OUTBOX_REPLIES } from "../client.ts";
import type { Libc } from "./libc.ts";
import { MessageBatch, PEER_WORDS } from "./message-batch.ts";
import { MSG_DONTWAIT, transmit } from "./transmit.ts";

const BATCH = 64;
const RETRY_MS = 1;

/**
 * Sends replies of the main thread, those of one turn of the event loop in one call. What the network
 * does not take waits: of that the newest goes first, and the oldest is lost where there is no room.
 *
 *     push --> batch of 64 --> sendmmsg
 *                 ^  |
 *          newest |  v no more taken
 *                waiting ---> oldest: lost
 */
export class ReplyQueue implements Outbox {
  /** Replies that were lost here, or that the kernel refused. */
  unsent = 0;
  onDropped: ((count: number) => void) | undefined;
  /** Oldest first. */
  readonly #waiting: { record: Buffer; reply: Buffer }[] = [];
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #batch: MessageBatch;
  readonly #peer: Int32Array = new Int32Array(PEER_WORDS);
  readonly #peerOctets: Uint8Array = new Uint8Array(this.#peer.buffer);
  /** Of the slots, those from the first to the second one wait to be sent. */
  #first = 0;
  #count = 0;
  #isScheduled = false;
  #isHeld = false;

  constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
    this.#batch = new MessageBatch(libc, BATCH);
  }

  /** Runs work that pushes many replies, and sends them at its end. */
  during(work: () => void): void {
    this.#isHeld = true;
    try {
      work();
    } finally {
      this.#isHeld = false;
      this.flush();
    }
  }

  get isFull(): boolean {
    return this.#waiting.length >= OUTBOX_REPLIES;
  }

  /** @param record begins with a peer as in a MessageBatch */
  push(record: Buffer, reply: Buffer): void {
    if (this.#count === BATCH) this.flush();
    if (this.#count === BATCH) {
      if (this.isFull) {
        this.#waiting.shift();
        this.#drop(1);
      }
      this.#waiting.push({ record, reply });
      return;
    }
    this.#place(record, reply);
    if (this.#isScheduled || this.#isHeld) return;
    this.#isScheduled = true;
    setImmediate(this.#flushScheduled);
  }

  #place(record: Buffer, reply: Buffer): void {
    const slot = this.#count++;
    this.#batch.octets.set(reply, this.#batch.dataOctet(slot));
    record.copy(this.#peerOctets, 0, 0, this.#peerOctets.length);
    this.#batch.send(slot, reply.length, this.#peer, 0);
  }

  #drop(count: number): void {
    this.unsent += count;
    this.onDropped?.(count);
  }

  /** Sends what waits, as far as the socket takes it; the rest a little later. */
  flush(): void {
    while (this.#count > 0) {
      const slots = { first: this.#first, count: this.#count, flags: MSG_DONTWAIT };
      const { done, unsent } = transmit(this.#libc, this.#fd, this.#batch, slots);
      if (unsent > 0) this.#drop(unsent);
      this.#first = done;
      if (done < this.#count) return this.#tryLater();
      this.#first = this.#count = 0;
      this.#refill();
    }
  }

  #refill(): void {
    while (this.#count < BATCH) {
      const newest = this.#waiting.pop();
      if (!newest) return;
      this.#place(newest.record, newest.reply);
    }
  }

  #tryLater(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setTimeout(this.#flushScheduled, RETRY_MS);
  }

  /** Sends what can be sent now. Nothing may be pushed any more. */
  close(): void {
    this.flush();
    const left = this.#count - this.#first + this.#waiting.length;
    if (left > 0) this.#drop(left);
    this.#first = this.#count = this.#waiting.length = 0;
  }

  readonly #flushScheduled = guard("replies over UDP", () => {
    this.#isScheduled = false;
    this.flush();
  });
}
