import type { Rate } from "./token-bucket.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Lines of trouble that are written at once, ... */
const BURST = 500;
/** ... and for as long as it lasts: 250 MB a day at most. */
const LINES_PER_SECOND = 20;
const SUMMARY_MS = 10_000;

/**
 * Leaves out log lines when they become too many, so that who can make queries fail cannot fill a
 * disk. What was left out is summed up every ten seconds.
 */
export class LineLimiter {
  readonly #limits: Rate;
  readonly #summarize: (message: string) => void;
  readonly #bucket: TokenBucket;
  #leftOut = 0;

  /** @param summarize logs a line that is never left out */
  constructor(
    summarize: (message: string) => void,
    limits: Rate = { burst: BURST, perSecond: LINES_PER_SECOND },
  ) {
    this.#limits = limits;
    this.#summarize = summarize;
    this.#bucket = new TokenBucket(limits);
  }

  /** Whether one more line may be written; if not, it is counted. */
  take(): boolean {
    if (this.#bucket.take()) return true;
    if (this.#leftOut++ === 0) setTimeout(() => this.#tell(), SUMMARY_MS).unref();
    return false;
  }

  #tell(): void {
    const count = this.#leftOut;
    this.#leftOut = 0;
    const { burst, perSecond } = this.#limits;
    const limit = `${perSecond} a second after ${burst} at once`;
    this.#summarize(`${count} warnings and errors left out: more than ${limit}`);
  }
}
