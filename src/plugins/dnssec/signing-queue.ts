/**
 * Signatures that the thread pool makes at once. Few, so that a file that is to be read need not wait behind many; enough that a turn
 * of the event loop serves for several.
 */
const MAX_AT_WORK = 16;
/** What strangers can have wait; a tenth of a second's work, and a quarter of the queries that may wait at all. */
const MAX_DENIALS = 1_000;

type Job = () => Promise<unknown>;

/** Has signatures made in the thread pool, a few at a time: first those of records that there are, then those of denials, which strangers can ask for without end. */
export class SigningQueue {
  #atWork = 0;
  readonly #records: Job[] = [];
  readonly #denials: Job[] = [];

  hasRoomFor(isDenial: boolean): boolean {
    return !isDenial || this.#denials.length < MAX_DENIALS;
  }

  /** @returns what the job comes to, once it had its turn */
  run<T>(job: () => Promise<T>, isDenial: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const queue = isDenial ? this.#denials : this.#records;
      queue.push(() => job().then(resolve, reject));
      this.#next();
    });
  }

  #next(): void {
    while (this.#atWork < MAX_AT_WORK) {
      const job = this.#records.shift() ?? this.#denials.shift();
      if (!job) return;
      this.#atWork++;
      void job().then(() => {
        this.#atWork--;
        this.#next();
      });
    }
  }
}
