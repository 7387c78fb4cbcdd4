export interface RateLimits {
  /** Requests a second in the long run. */
  readonly qps: number;
  /** Requests at once, after a rest. */
  readonly burst: number;
  /** Requests that wait for their answer at the same time; 0 for any number. */
  readonly maxInflight: number;
}

/** Holds requests back, so that an API server in trouble is not asked by the thousand. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #now: () => number;
  #tokens: number;
  #filledMs: number;
  #inflight = 0;
  readonly #queue: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: RateLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.#tokens = limits.burst;
    this.#filledMs = now();
  }

  /** Resolves when a request may be sent, in the order of the calls; `release` must follow. */
  acquire(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.push(resolve);
    this.#admit();
    return promise;
  }

  /** The request has its answer, or never will. */
  release(): void {
    this.#inflight--;
    this.#admit();
  }

  #admit(): void {
    this.#fill();
    while (this.#queue.length > 0 && this.#hasRoom()) {
      if (this.#tokens < 1) return this.#admitLater();
      this.#tokens--;
      this.#inflight++;
      this.#queue.shift()?.();
    }
  }

  #hasRoom(): boolean {
    const { maxInflight } = this.#limits;
    return maxInflight === 0 || this.#inflight < maxInflight;
  }

  #fill(): void {
    const nowMs = this.#now();
    const { qps, burst } = this.#limits;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledMs) / 1_000) * qps);
    this.#filledMs = nowMs;
  }

  #admitLater(): void {
    if (this.#timer) return;
    const delayMs = ((1 - this.#tokens) / this.#limits.qps) * 1_000;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#admit();
    }, Math.ceil(delayMs));
    this.#timer.unref();
  }
}
