/** Signatures of one turn of the event loop: about a millisecond's work, so that nobody who needs none waits for longer. */
const MAX_OF_TURN = 16;
/** What strangers can have wait; a tenth of a second's work, and a quarter of the queries that may wait at all. */
const MAX_DENIALS = 1_000;

type Job = () => void;

/**
 * Has signatures made in this thread, some in each turn of the event loop: at once while the turn has room, else in a later one; first those of
 * records that there are, then those of denials, which strangers can ask for without end.
 */
export class SigningTurns {
  readonly #records: Job[] = [];
  readonly #denials: Job[] = [];
  #left = MAX_OF_TURN;
  #isTurnAhead = false;

  /** Whether there is room for one at once. If so, it is taken. */
  takeRoom(isDenial: boolean): boolean {
    const isBehindOthers = this.#records.length > 0 || (isDenial && this.#denials.length > 0);
    if (this.#left === 0 || isBehindOthers) return false;
    this.#left--;
    this.#awaitTurn();
    return true;
  }

  /** Whether one more may wait. */
  hasRoomFor(isDenial: boolean): boolean {
    return !isDenial || this.#denials.length < MAX_DENIALS;
  }

  /** @returns what the job comes to, in a later turn */
  later<T>(job: () => T, isDenial: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const queue = isDenial ? this.#denials : this.#records;
      queue.push(() => {
        try {
          resolve(job());
        } catch (error) {
          reject(error);
        }
      });
      this.#awaitTurn();
    });
  }

  #awaitTurn(): void {
    if (this.#isTurnAhead) return;
    this.#isTurnAhead = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isTurnAhead = false;
    this.#left = MAX_OF_TURN;
    while (this.#left > 0) {
      const job = this.#records.shift() ?? this.#denials.shift();
      if (!job) break;
      this.#left--;
      job();
    }
    if (this.#left < MAX_OF_TURN) this.#awaitTurn();
  }
}
