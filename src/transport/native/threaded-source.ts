import { guard } from "../../observe/faults.ts";
import type { Responder } from "../responder.ts";
import type { OnTrouble } from "../transport.ts";
import type { MissRing } from "./miss-ring.ts";
import type { OnQuery, QuerySource } from "./query-source.ts";
import type { ReplyQueue } from "./reply-queue.ts";
import type { ThreadMemory } from "./thread-memory.ts";
import type { UdpSocket } from "./udp-socket.ts";
import { UdpThread } from "./udp-thread.ts";

/** Queries taken from one thread's ring before others have their turn. */
const TAKEN_AT_ONCE = 128;

export interface ThreadedSourceOptions {
  readonly sockets: readonly UdpSocket[];
  /** How many threads read them. */
  readonly count: number;
  readonly responder: Responder | undefined;
  readonly replies: ReplyQueue;
  readonly onQuery: OnQuery;
  readonly onTrouble: OnTrouble;
}

/** Threads, each for a socket or some. What they have no answer for comes to the main thread through rings. */
export class ThreadedSource implements QuerySource {
  deaths = 0;
  readonly threads: readonly UdpThread[];
  readonly #options: ThreadedSourceOptions;
  #isStopped = false;

  constructor(options: ThreadedSourceOptions) {
    const { sockets, count, responder } = options;
    this.#options = options;
    this.threads = Array.from({ length: count }, (_, thread) => {
      const own = sockets.filter((_socket, i) => i % count === thread);
      const onDeath = (reason: string): void => {
        this.deaths++;
        options.onTrouble(`UDP thread has ended and is replaced: ${reason}`);
      };
      return new UdpThread({ sockets: own, responder, onDeath });
    });
  }

  get memories(): readonly ThreadMemory[] {
    return this.threads.map(({ memory }) => memory);
  }

  async start(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.start()));
    for (const { ring } of this.threads) this.#drain(ring);
  }

  async stop(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.stop()));
    for (const { ring } of this.threads) {
      while (this.#takeSome(ring));
    }
    this.#isStopped = true;
    for (const { ring } of this.threads) ring.wakeReader();
  }

  /** Takes what there is; what comes later, later. */
  #drain(ring: MissRing): void {
    if (this.#isStopped) return;
    const again = (): void => this.#drain(ring);
    let isAll = false;
    // Whatever becomes of one query, the next ones are taken.
    guard("reading of UDP", () => {
      isAll = !this.#takeSome(ring);
    })();
    const more = isAll ? ring.wait() : undefined;
    if (more) void more.then(again);
    // Timers and other sockets have their turn between.
    else setImmediate(again);
  }

  /** @returns whether there may be more */
  #takeSome(ring: MissRing): boolean {
    let left = TAKEN_AT_ONCE;
    this.#options.replies.during(() => {
      for (let record; left > 0 && (record = ring.take()) !== undefined; left--) {
        this.#options.onQuery(record);
      }
    });
    return left === 0;
  }
}
