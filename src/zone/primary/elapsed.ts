/**
 * How long ago something was, by the clock that says more: that of the machine stands still while it is suspended, and the one on the wall
 * may be set back.
 */
export class Elapsed {
  readonly #sinceMs = performance.now();
  readonly #wallSinceMs = Date.now();

  get ms(): number {
    return Math.max(performance.now() - this.#sinceMs, Date.now() - this.#wallSinceMs);
  }
}
