import type { ThreadMemory } from "./thread-memory.ts";

/** What reads the sockets of a listener, and answers from memory. */
export interface QuerySource {
  /** One for each thread that reads. */
  readonly memories: readonly ThreadMemory[];
  /** Threads that have died. */
  readonly deaths: number;
  start(): Promise<void>;
  /** Hands on all that has been received, then reads no more. */
  stop(): Promise<void>;
}

/**
 * Takes a query that has no answer from memory.
 * @param record the peer as in a MessageBatch, and the datagram; the receiver's to keep
 */
export type OnQuery = (record: Buffer) => void;
