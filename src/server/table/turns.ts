/**
 * Work in small pieces, one in each turn of the event loop: whoever asks waits for a piece of it at
 * most, however much there is to do.
 */
export class Turns {
  readonly #turn: () => boolean;
  #isWaiting = false;

  /** @param turn does a piece; returns whether there is more to do */
  constructor(turn: () => boolean) {
    this.#turn = turn;
  }

  /** There is something to do. */
  begin(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#isWaiting = false;
    if (this.#turn()) this.begin();
  };
}
