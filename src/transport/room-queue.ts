/** Where those who have one more message to send wait until there is room; one of them has it at a time, until it has sent something. */
export class RoomQueue {
  readonly #waiting: ((hasRoom: boolean) => void)[] = [];
  #isGiven = false;

  /** Resolves with true once there is room for whoever waits here, with false if there will be none. */
  wait(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** There is room. */
  offer(): void {
    if (this.#isGiven) return;
    const first = this.#waiting.shift();
    this.#isGiven = first !== undefined;
    first?.(true);
  }

  /** Whoever had it has sent its message, or needs it no more. */
  giveBack(): void {
    this.#isGiven = false;
  }

  close(): void {
    for (const resolve of this.#waiting.splice(0)) resolve(false);
  }
}
