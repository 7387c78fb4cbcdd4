/**
 * Watches one upstream from the moment that an exchange with it failed until it replies again.
 * Probes come one after the other; while all is well there are none.
 */
export class HealthCheck {
  /** Probes failed in a row. */
  fails = 0;
  readonly #probe: () => Promise<unknown>;
  readonly #intervalMs: number;
  readonly #onFailure: () => void;
  #isRunning = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param probe resolves if the upstream replied
   * @param intervalMs pause after a failed probe
   */
  constructor(probe: () => Promise<unknown>, intervalMs: number, onFailure: () => void) {
    this.#probe = probe;
    this.#intervalMs = intervalMs;
    this.#onFailure = onFailure;
  }

  /** Begins to watch, if that is not under way. */
  begin(): void {
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    this.#check();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #check(): void {
    this.#probe().then(
      () => {
        this.fails = 0;
        this.#isRunning = false;
      },
      () => this.#failed(),
    );
  }

  #failed(): void {
    if (this.#isStopped) return;
    this.fails++;
    this.#onFailure();
    this.#timer = setTimeout(() => this.#check(), this.#intervalMs);
  }
}
