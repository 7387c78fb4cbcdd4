import { EPOCHS_AT, EPOCH_WORDS, FIRST_THREAD_READER, READERS } from "./layout.ts";

/** Looks at a reader's epoch before the thread goes to sleep. */
const SPINS = 200;
/** A thread that has not ended its batch by then has died in it. */
const GIVE_UP_MS = 1_000;
const SLEEP_MS = 1;

/** The readers on other threads, as the writer sees them. */
export class Readers {
  readonly #words: Int32Array;
  readonly #isOpen: boolean[] = Array.from({ length: READERS }, () => false);
  /** Readers given up on: they were in the middle of a batch for too long. */
  lost = 0;
  /** Behind the last number that has been a reader's. */
  end = FIRST_THREAD_READER;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** The number of a new reader on another thread; undefined if there are too many. */
  open(): number | undefined {
    const free = this.#isOpen.indexOf(false, FIRST_THREAD_READER);
    if (free < 0) return undefined;
    Atomics.store(this.#words, EPOCHS_AT + free * EPOCH_WORDS, 0);
    this.#isOpen[free] = true;
    this.end = Math.max(this.end, free + 1);
    return free;
  }

  /** The reader's thread has ended. */
  close(reader: number): void {
    this.#isOpen[reader] = false;
  }

  /**
   * Waits until no reader is in a batch that it began before this was called. What the writer
   * has made invalid by then is in no reply that has not been sent.
   */
  waitForBatches(): void {
    for (let reader = FIRST_THREAD_READER; reader < READERS; reader++) {
      if (this.#isOpen[reader] === true) this.#waitFor(EPOCHS_AT + reader * EPOCH_WORDS);
    }
  }

  #waitFor(at: number): void {
    const words = this.#words;
    const epoch = Atomics.load(words, at);
    if ((epoch & 1) === 0) return;
    for (let i = 0; i < SPINS; i++) if (Atomics.load(words, at) !== epoch) return;
    // The reader's thread may want this very core.
    Atomics.store(words, at + 1, 1);
    const deadline = performance.now() + GIVE_UP_MS;
    while (Atomics.load(words, at) === epoch) {
      if (performance.now() > deadline) {
        this.lost++;
        break;
      }
      Atomics.wait(words, at, epoch, SLEEP_MS);
    }
    Atomics.store(words, at + 1, 0);
  }
}
