import { guard } from "../../observe/faults.ts";
import type { QuerySource } from "./query-source.ts";
import type { ThreadMemory } from "./thread-memory.ts";
import { ThreadCounter } from "./thread-memory.ts";

/** Queries in a look's time from which threads are worth their start and their memory. */
const BUSY = 5_000;
const LOOK_MS = 1_000;

export interface GrowingSourceOptions {
  /** Read by the main thread, one for each socket. */
  readonly polled: readonly QuerySource[];
  /** The threads that take their place. */
  makeThreaded(): QuerySource;
  readonly onTrouble: (message: string) => void;
}

/**
 * The main thread, until there is so much to do that threads are worth it: a server that is asked now
 * and then is spared their memory, and one that starts has both CPUs to read the cluster with.
 *
 *     polled ======================|
 *     threads         |.. starting ..|==================
 */
export class GrowingSource implements QuerySource {
  readonly #options: GrowingSourceOptions;
  #threaded: QuerySource | undefined;
  #growing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #lastReceived = 0;

  constructor(options: GrowingSourceOptions) {
    this.#options = options;
  }

  get memories(): readonly ThreadMemory[] {
    const { polled } = this.#options;
    return [...polled.flatMap(({ memories }) => memories), ...(this.#threaded?.memories ?? [])];
  }

  get deaths(): number {
    return this.#threaded?.deaths ?? 0;
  }

  async start(): Promise<void> {
    await Promise.all(this.#options.polled.map((source) => source.start()));
    const look = guard("look for what is to be done", () => this.#look());
    this.#timer = setInterval(look, LOOK_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#growing;
    const sources = this.#threaded ? [this.#threaded] : this.#options.polled;
    await Promise.all(sources.map((source) => source.stop()));
  }

  #look(): void {
    let received = 0;
    for (const { counters } of this.memories)
      received += counters[ThreadCounter.RECEIVED] as number;
    const isBusy = received - this.#lastReceived >= BUSY;
    this.#lastReceived = received;
    if (isBusy) this.#growing = this.#grow();
  }

  /** Until the threads read, the main thread does; for a moment both do, which hurts nobody. */
  async #grow(): Promise<void> {
    clearInterval(this.#timer);
    let threaded: QuerySource | undefined;
    try {
      threaded = this.#options.makeThreaded();
      await threaded.start();
    } catch (error) {
      await threaded?.stop();
      this.#options.onTrouble(`${(error as Error).message}; the main thread goes on without`);
      return;
    }
    this.#threaded = threaded;
    await Promise.all(this.#options.polled.map((source) => source.stop()));
  }
}
