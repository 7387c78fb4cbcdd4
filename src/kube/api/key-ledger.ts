import type { ObjectKey } from "../cluster-source.ts";

/**
 * The keys of the objects that a watch has told of. While everything is read again, it notes what
 * has been seen, so that afterwards it knows what has vanished; there is no second copy.
 */
export class KeyLedger {
  readonly #rounds = new Map<string, number>();
  #round = 0;

  get size(): number {
    return this.#rounds.size;
  }

  /** Everything is read anew: nothing has been seen yet. */
  beginRound(): void {
    this.#round++;
  }

  see({ namespace, name }: ObjectKey): void {
    this.#rounds.set(`${namespace}/${name}`, this.#round);
  }

  /** Keeps an object that is there but cannot be read, if it could be before. */
  keep({ namespace, name }: ObjectKey): void {
    const key = `${namespace}/${name}`;
    if (this.#rounds.has(key)) this.#rounds.set(key, this.#round);
  }

  /** @returns whether it had been seen */
  forget({ namespace, name }: ObjectKey): boolean {
    return this.#rounds.delete(`${namespace}/${name}`);
  }

  /** Everything has been read: calls `onGone` for what was not seen, and forgets it. */
  endRound(onGone: (key: ObjectKey) => void): void {
    for (const [text, round] of this.#rounds) {
      if (round === this.#round) continue;
      this.#rounds.delete(text);
      const slash = text.indexOf("/");
      onGone({ namespace: text.slice(0, slash), name: text.slice(slash + 1) });
    }
  }
}
