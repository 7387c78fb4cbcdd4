/**
 * What a thread that receives and those around it tell each other, in shared memory:
 *
 *   octets  0        64
 *           | stop   | counters, f64, which the thread alone writes
 */
export class ThreadMemory {
  readonly shared: SharedArrayBuffer;
  readonly #stop: Int32Array;
  /** See ThreadCounter. */
  readonly counters: Float64Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(128)) {
    this.shared = shared;
    this.#stop = new Int32Array(shared, 0, 1);
    this.counters = new Float64Array(shared, 64, 8);
  }

  /** Whether the thread is to hand on what has been received, and then to end. */
  get isStopping(): boolean {
    return Atomics.load(this.#stop, 0) !== 0;
  }

  stop(): void {
    Atomics.store(this.#stop, 0, 1);
  }

  count(counter: number, by: number): void {
    this.counters[counter] = (this.counters[counter] as number) + by;
  }
}

export const ThreadCounter = {
  /** Datagrams. */
  RECEIVED: 0,
  /** Replies sent from memory. */
  ANSWERED: 1,
  /** Queries lost because the main thread does not keep up with them. */
  OVERFLOWED: 2,
  /** Replies that the kernel refused to send. */
  UNSENT: 3,
  /** Queries that the responder failed on, with an exception. */
  FAILED: 4,
} as const;
