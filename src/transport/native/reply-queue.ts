import { guard } from "../../observe/faults.ts";
import type { Libc } from "./libc.ts";
import { MessageBatch, PEER_WORDS } from "./message-batch.ts";
import { MSG_DONTWAIT, transmit } from "./transmit.ts";

const BATCH = 64;
const RETRY_MS = 1;

/** Sends replies of the main thread, those of one turn of the event loop in one call. */
export class ReplyQueue {
  /** Replies that the kernel refused. */
  unsent = 0;
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

  /** @param record begins with a peer as in a MessageBatch */
  push(record: Buffer, reply: Buffer): void {
    if (this.#count === BATCH) this.flush();
    if (this.#count === BATCH) {
      // The network takes no more: as good as lost on the way.
      this.unsent++;
      return;
    }
    const slot = this.#count++;
    this.#batch.octets.set(reply, this.#batch.dataOctet(slot));
    record.copy(this.#peerOctets, 0, 0, this.#peerOctets.length);
    this.#batch.send(slot, reply.length, this.#peer, 0);
    if (this.#isScheduled || this.#isHeld) return;
    this.#isScheduled = true;
    setImmediate(this.#flushScheduled);
  }

  /** Sends what waits, as far as the socket takes it; the rest a little later. */
  flush(): void {
    if (this.#count === 0) return;
    const slots = { first: this.#first, count: this.#count, flags: MSG_DONTWAIT };
    const { done, unsent } = transmit(this.#libc, this.#fd, this.#batch, slots);
    this.unsent += unsent;
    this.#first = done;
    if (done === this.#count) this.#first = this.#count = 0;
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setTimeout(this.#flushScheduled, RETRY_MS);
    }
  }

  /** Sends what can be sent now. Nothing may be pushed any more. */
  close(): void {
    this.flush();
    this.#first = this.#count = 0;
  }

  readonly #flushScheduled = guard("replies over UDP", () => {
    this.#isScheduled = false;
    this.flush();
  });
}
