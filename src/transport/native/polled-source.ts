import { guard } from "../../observe/faults.ts";
import type { BatchResponder } from "../responder.ts";
import { BATCH, BatchServer } from "./batch-server.ts";
import type { Libc, Poll } from "./libc.ts";
import type { OnQuery, QuerySource } from "./query-source.ts";
import type { ReplyQueue } from "./reply-queue.ts";
import { ThreadMemory } from "./thread-memory.ts";
import { MAX_QUEUED, MSG_DONTWAIT } from "./transmit.ts";
import type { UdpSocket } from "./udp-socket.ts";

/** Full batches taken before others have their turn. */
const TURNS_AT_ONCE = 8;

export interface PolledSourceOptions {
  readonly libc: Libc;
  readonly socket: UdpSocket;
  readonly responder: BatchResponder;
  readonly replies: ReplyQueue;
  readonly onQuery: OnQuery;
}

/** The main thread itself, which the event loop tells when a socket can be read. */
export class PolledSource implements QuerySource {
  readonly deaths = 0;
  readonly memories: readonly ThreadMemory[] = [new ThreadMemory()];
  readonly #options: PolledSourceOptions;
  readonly #server: BatchServer;
  #poll: Poll | undefined;

  constructor(options: PolledSourceOptions) {
    this.#options = options;
    const { libc, socket, responder } = options;
    const [memory = new ThreadMemory()] = this.memories;
    this.#server = new BatchServer({
      libc,
      fd: socket.fd,
      responder,
      memory,
      onMiss(batch, slot) {
        options.onQuery(batch.record(slot));
        return true;
      },
    });
  }

  async start(): Promise<void> {
    const { libc, socket } = this.#options;
    const read = guard("reading of UDP", () => this.#read(TURNS_AT_ONCE));
    this.#poll = libc.poll(socket.fd, read);
  }

  async stop(): Promise<void> {
    this.#poll?.close();
    this.#options.socket.setBlocking();
    this.#read(MAX_QUEUED / BATCH);
  }

  #read(turns: number): void {
    this.#options.replies.during(() => {
      for (let turn = 0; turn < turns; turn++) {
        if (this.#server.turn(MSG_DONTWAIT) < BATCH) break;
      }
    });
  }
}
