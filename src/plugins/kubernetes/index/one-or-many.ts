/**
 * A map with several values a key. Where there is only one, as nearly always, it costs no array.
 */
export class OneOrMany<V extends object> {
  readonly #values = new Map<string, V | V[]>();

  /** Not to be kept: it may change with the map. */
  get(key: string): readonly V[] {
    const found = this.#values.get(key);
    if (found === undefined) return [];
    return Array.isArray(found) ? found : [found];
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  add(key: string, value: V): void {
    const found = this.#values.get(key);
    if (found === undefined) this.#values.set(key, value);
    else if (Array.isArray(found)) found.push(value);
    else this.#values.set(key, [found, value]);
  }

  /** Takes out one occurrence of `value`. */
  remove(key: string, value: V): void {
    const found = this.#values.get(key);
    if (found === value) this.#values.delete(key);
    if (!Array.isArray(found)) return;
    const at = found.indexOf(value);
    if (at >= 0) found.splice(at, 1);
    const [only, second] = found;
    if (only !== undefined && second === undefined) this.#values.set(key, only);
  }
}
