import type { Elapsed } from "./elapsed.ts";

/** How long a machine that was suspended takes at most to see that a pause is over. */
const STEP_MS = 30_000;

/** A pause that may be ended early. */
export class Pause {
  #timer: NodeJS.Timeout | undefined;
  #resolve: (() => void) | undefined;

  /** Resolves when so much time has passed since then, or somebody ends it. */
  until(since: Elapsed, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const step = (): void => {
        const leftMs = ms - since.ms;
        if (leftMs <= 0) return resolve();
        this.#timer = setTimeout(step, Math.min(leftMs, STEP_MS)).unref();
      };
      this.#resolve = resolve;
      step();
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#resolve?.();
  }
}
