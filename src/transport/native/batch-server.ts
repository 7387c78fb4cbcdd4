import { HEADER_OCTETS } from "../../dns/header.ts";
import type { BatchResponder } from "../responder.ts";
import type { Libc } from "./libc.ts";
import { MessageBatch } from "./message-batch.ts";
import type { ThreadMemory } from "./thread-memory.ts";
import { ThreadCounter } from "./thread-memory.ts";
import { MSG_DONTWAIT, transmit } from "./transmit.ts";

/** More do not make a query cheaper, but wait longer for each other. */
export const BATCH = 64;

export interface BatchServerOptions {
  readonly libc: Libc;
  readonly fd: number;
  readonly responder: BatchResponder;
  readonly memory: ThreadMemory;
  /**
   * Takes a query that has no answer from memory.
   * @returns false if there was no room for it
   */
  readonly onMiss: (batch: MessageBatch, slot: number) => boolean;
}

/** Receives as many queries as there are, answers from memory, hands on what is not there. */
export class BatchServer {
  readonly #options: BatchServerOptions;
  readonly #queries: MessageBatch;
  readonly #replies: MessageBatch;
  /** Slots of a batch that memory has no answer for. */
  readonly #missed: number[] = [];
  #used = BATCH;

  constructor(options: BatchServerOptions) {
    this.#options = options;
    this.#queries = new MessageBatch(options.libc, BATCH);
    this.#replies = new MessageBatch(options.libc, BATCH);
  }

  /**
   * One turn.
   * @param flags of recvmmsg(2), which say whether to wait
   * @param fd of several sockets, the one to serve
   * @returns how many datagrams have been received
   */
  turn(flags: number, fd: number = this.#options.fd): number {
    const { libc, memory, responder } = this.#options;
    this.#queries.expect(this.#used);
    const count = libc.recvmmsg(fd, this.#queries.address, BATCH, flags, 0);
    this.#used = count > 0 ? count : 0;
    if (count <= 0 || !this.#queries.isFilled(0)) return 0;
    memory.count(ThreadCounter.RECEIVED, count);
    responder.beginBatch(performance.now());
    this.#send(fd, this.#answerAll(count));
    responder.endBatch(performance.now());
    // Behind the others: nobody waits for what takes longer than a look into memory.
    this.#handOn();
    return count;
  }

  /** @returns how many replies are to be sent */
  #answerAll(count: number): number {
    const queries = this.#queries;
    let replies = 0;
    for (let slot = 0; slot < count; slot++) {
      // Those that no reply is due to.
      if (queries.length(slot) < HEADER_OCTETS || queries.isReply(slot)) continue;
      queries.turn(slot);
      const octets = this.#answerOne(slot, replies);
      if (octets > 0) {
        this.#replies.send(replies++, octets, queries.words, queries.peerWord(slot));
      } else this.#missed.push(slot);
    }
    return replies;
  }

  #handOn(): void {
    const { memory, onMiss } = this.#options;
    for (const slot of this.#missed) {
      if (!onMiss(this.#queries, slot)) memory.count(ThreadCounter.OVERFLOWED, 1);
    }
    this.#missed.length = 0;
  }

  #answerOne(slot: number, reply: number): number {
    const { responder } = this.#options;
    const [queries, replies] = [this.#queries, this.#replies];
    const [at, length] = [queries.dataOctet(slot), queries.length(slot)];
    responder.isIpv6 = queries.isFromIpv6(slot);
    responder.isFrom?.(queries.octets, queries.peerWord(slot) * 4);
    try {
      return responder.answer(queries.octets, at, length, replies.octets, replies.dataOctet(reply));
    } catch {
      // One query that it stumbles over must not stop the others; the chain will answer it.
      this.#options.memory.count(ThreadCounter.FAILED, 1);
      return 0;
    }
  }

  #send(fd: number, count: number): void {
    if (count === 0) return;
    const { libc, memory } = this.#options;
    const slots = { first: 0, count, flags: MSG_DONTWAIT };
    const { done, unsent } = transmit(libc, fd, this.#replies, slots);
    memory.count(ThreadCounter.ANSWERED, done - unsent);
    if (unsent > 0 || done < count) memory.count(ThreadCounter.UNSENT, unsent + count - done);
  }
}
