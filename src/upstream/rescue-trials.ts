import type { Exchange } from "./exchange.ts";

/** After a trial that came to nothing there is a pause, twice as long each time. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 1000;
/** Upon the patience that there is with any reply. */
const MORE_PATIENCE_MS = 150;
const MAX_AT_ONCE = 64;

/**
 * How many queries of new connections, which have not replied, may be sent again by those that
 * have. Such a connection may be one that the server does not read from, being at its limit; or
 * the name is slow, and then the query would hold up a second connection to no end. So one is
 * tried; if the reply comes soon, two, four ...; if not, there is a pause.
 */
export class RescueTrials {
  /** Those under way, and since when. */
  readonly #trials = new Map<Exchange, number>();
  #atOnce = 1;
  #pauseMs = FIRST_PAUSE_MS;
  #pausedUntilMs = -Infinity;

  begin(exchange: Exchange, nowMs: number): void {
    this.#trials.set(exchange, nowMs);
  }

  /** Whether another one may be begun. */
  isAllowed(nowMs: number): boolean {
    return nowMs >= this.#pausedUntilMs && this.#trials.size < this.#atOnce;
  }

  /** Looks at those under way. */
  review(nowMs: number, patienceMs: number): void {
    for (const [exchange, sinceMs] of this.#trials) {
      const isLate = nowMs - sinceMs > patienceMs + MORE_PATIENCE_MS;
      if (!exchange.isOver && !isLate) continue;
      this.#trials.delete(exchange);
      if (isLate) this.#fail(nowMs);
      else this.#succeed();
    }
  }

  #succeed(): void {
    this.#atOnce = Math.min(2 * this.#atOnce, MAX_AT_ONCE);
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  #fail(nowMs: number): void {
    this.#atOnce = 1;
    this.#pausedUntilMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }
}
