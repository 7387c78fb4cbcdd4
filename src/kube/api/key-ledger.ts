import type { ObjectKey } from "../cluster-source.ts";

/**
 * The keys of the objects that a watch has told of. While everything is read again, it notes what
 * has been seen, so that afterwards it knows what has vanished; there is no second copy.
 */
export class KeyLedger {
  readonly #rounds = new Map<string, number>();
  #round = 0;
  /** Of those that were there, how many have not been seen in this round. */
  #unseen = 0;

  get size(): number {
    return this.#rounds.size;
  }

  /** Everything is read anew: nothing has been seen yet. */
  beginRound(): void {
    this.#round++;
    this.#unseen = this.#rounds.size;
  }

  see({ namespace, name }: ObjectKey): void {
    this.#see(`${namespace}/${name}`);
  }

  /** Keeps an object that is there but cannot be read, if it could be before. */
  keep({ namespace, name }: ObjectKey): void {
    const key = `${namespace}/${name}`;
    if (this.#rounds.has(key)) this.#see(key);
  }

  /** @returns whether it had been seen */
  forget({ namespace, name }: ObjectKey): boolean {
    const key = `${namespace}/${name}`;
    if (this.#isUnseen(key)) this.#unseen--;
    return this.#rounds.delete(key);
  }

  /** Everything has been read: calls `onGone` for what was not seen, and forgets it. Mostly that is nothing. */
  endRound(onGone: (key: ObjectKey) => void): void {
    for (const [text, round] of this.#rounds) {
      if (this.#unseen === 0) return;
      if (round === this.#round) continue;
      this.#rounds.delete(text);
      this.#unseen--;
      const slash = text.indexOf("/");
      onGone({ namespace: text.slice(0, slash), name: text.slice(slash + 1) });
    }
  }

  #see(key: string): void {
    if (this.#isUnseen(key)) this.#unseen--;
    this.#rounds.set(key, this.#round);
  }

  #isUnseen(key: string): boolean {
    const round = this.#rounds.get(key);
    return round !== undefined && round !== this.#round;
  }
}
