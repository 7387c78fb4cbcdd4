/**
 * Answers queries from memory on one thread. Within a batch, whoever changes the memory may wait for
 * its end; so the replies of a batch are sent before `endBatch`, and a batch is short.
 */
export interface BatchResponder {
  /** Whether the queries to come are from clients with an IPv6 address. */
  isIpv6: boolean;
  /** Says whose the next query is, where that is known: a sockaddr of the kernel's, from `at` on. */
  isFrom?(peer: Uint8Array, at: number): void;
  /** @param nowMs when the batch was received, by this thread's `performance.now()` */
  beginBatch(nowMs: number): void;
  /**
   * Answers one query, `length` octets from `start` on.
   * @param out where the reply goes, from `outStart` on; fastest at a multiple of 4. A reply that
   * there is no room for is left to the dispatcher
   * @returns octets of the reply; 0 if the dispatcher is to answer
   */
  answer(
    request: Uint8Array,
    start: number,
    length: number,
    out: Uint8Array,
    outStart: number,
  ): number;
  /** @param nowMs when the replies had been sent */
  endBatch(nowMs: number): void;
}

/** Where answers from memory come from, for one address and port. */
export interface Responder {
  /** Answers on this thread. */
  readonly local: BatchResponder;
  /** On this thread, too, but for streams: a reply may be as long as a message can be. */
  readonly stream: BatchResponder;
  /** URL of a module for other threads; it exports what ResponderModule says. */
  readonly module: string;
  /**
   * For one more thread: what that is to call `openResponder` with. It is cloned into the thread;
   * SharedArrayBuffers stay shared.
   * @returns undefined if there may be no more
   */
  openReader(): unknown;
  /** The thread with this data has ended. */
  closeReader(data: unknown): void;
}

export interface ResponderModule {
  openResponder(data: unknown): BatchResponder;
}

/** Leaves everything to the dispatcher. */
export const NO_ANSWERS: BatchResponder = {
  isIpv6: false,
  beginBatch() {},
  answer: () => 0,
  endBatch() {},
};
