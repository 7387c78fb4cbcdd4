const MINUTE_MS = 60_000;

/** So many of something in any minute. */
export class MinuteLimit {
  readonly #most: number;
  /** Monotonic. */
  readonly #now: () => number;
  /** When the last ones were, the oldest first. */
  readonly #times: number[] = [];

  constructor(most: number, now: () => number = () => performance.now()) {
    this.#most = most;
    this.#now = now;
  }

  /** Whole seconds until there may be another one; 0 if there may be one now. */
  get waitSeconds(): number {
    const [oldest = 0] = this.#times;
    if (this.#times.length < this.#most) return 0;
    return Math.max(0, Math.ceil((oldest + MINUTE_MS - this.#now()) / 1_000));
  }

  /** Counts one. */
  count(): void {
    this.#times.push(this.#now());
    if (this.#times.length > this.#most) this.#times.shift();
  }
}
