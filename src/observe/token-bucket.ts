/** So many at once, and so many a second for as long as there are more. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Lets things happen at a rate, after a burst; it is full again after a rest. */
export class TokenBucket {
  readonly #rate: Rate;
  readonly #now: () => number;
  #tokens: number;
  #filledMs: number;

  /** @param now the clock of `performance.now()` */
  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
    this.#tokens = rate.burst;
    this.#filledMs = now();
  }

  /** Whether it may happen once more now; if so, it is counted. */
  take(): boolean {
    if (this.waitMs() > 0) return false;
    this.#tokens--;
    return true;
  }

  /** How long it is until it may; 0 if it may now. */
  waitMs(): number {
    this.#fill();
    return this.#tokens >= 1 ? 0 : ((1 - this.#tokens) / this.#rate.perSecond) * 1_000;
  }

  #fill(): void {
    const nowMs = this.#now();
    const { burst, perSecond } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledMs) / 1_000) * perSecond);
    this.#filledMs = nowMs;
  }
}
