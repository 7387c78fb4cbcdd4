import { TokenBucket } from "../../observe/token-bucket.ts";

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
  readonly #bucket: TokenBucket;
  #inflight = 0;
  readonly #queue: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: RateLimits, now?: () => number) {
    this.#limits = limits;
    this.#bucket = new TokenBucket({ burst: limits.burst, perSecond: limits.qps }, now);
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
    while (this.#queue.length > 0 && this.#hasRoom()) {
      if (!this.#bucket.take()) return this.#admitLater();
      this.#inflight++;
      this.#queue.shift()?.();
    }
  }

  #hasRoom(): boolean {
    const { maxInflight } = this.#limits;
    return maxInflight === 0 || this.#inflight < maxInflight;
  }

  #admitLater(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#admit();
    }, Math.ceil(this.#bucket.waitMs()));
    this.#timer.unref();
  }
}
