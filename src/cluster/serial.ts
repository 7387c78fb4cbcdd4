/**
 * The zones' serial number: the time of the last change in Unix seconds. It grows with every
 * change that somebody can have seen, also where the clock stands still or goes backwards.
 */
export class Serial {
  readonly #now: () => number;
  #value = 0;
  #changedAtSeconds = 0;
  #isChanged = false;

  /** @param now Unix time in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Something has changed. Many changes between two looks at the value count as one. */
  touch(): void {
    this.#changedAtSeconds = Math.floor(this.#now() / 1_000);
    this.#isChanged = true;
  }

  /** 0 before the first change. */
  get value(): number {
    if (this.#isChanged) {
      this.#value = Math.max(this.#changedAtSeconds, this.#value + 1);
      this.#isChanged = false;
    }
    // Serial numbers go round (RFC 1982).
    return this.#value >>> 0;
  }
}
