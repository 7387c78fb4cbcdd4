/** Names that exist for as long as something is at or below them. */
export class CountedNames {
  readonly #counts = new Map<string, number>();

  has(labels: string): boolean {
    return this.#counts.has(labels);
  }

  /** Whether there is but one thing at or below the name. */
  isOnce(labels: string): boolean {
    return this.#counts.get(labels) === 1;
  }

  add(labels: string): void {
    this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + 1);
  }

  delete(labels: string): void {
    const count = (this.#counts.get(labels) ?? 0) - 1;
    if (count > 0) this.#counts.set(labels, count);
    else this.#counts.delete(labels);
  }
}
