/**
 * A value somewhere in an object of the API, which may be anything, or not there. Reading never fails: what is not of the type that is
 * wanted is as if it were not there.
 *
 *     new RawField(pod).get("metadata", "labels").texts()
 */
export class RawField {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** A field of a field of ...; absent where there is none. */
  get(...path: readonly string[]): RawField {
    let value = this.#value;
    for (const name of path) {
      value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    }
    return new RawField(value);
  }

  /** Absent, or null, which the API takes for the same. */
  get isAbsent(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** "" if it is none. */
  text(): string {
    return typeof this.#value === "string" ? this.#value : "";
  }

  number(): number | undefined {
    return typeof this.#value === "number" ? this.#value : undefined;
  }

  boolean(): boolean | undefined {
    return typeof this.#value === "boolean" ? this.#value : undefined;
  }

  /** Unix time in milliseconds of a timestamp (RFC 3339). */
  timeMs(): number | undefined {
    const time = Date.parse(this.text());
    return Number.isNaN(time) ? undefined : time;
  }

  items(): RawField[] {
    const value = this.#value;
    return Array.isArray(value) ? value.map((item: unknown) => new RawField(item)) : [];
  }

  /** Fields that are texts, as those of labels and selectors. */
  texts(): Readonly<Record<string, string>> {
    if (!isRecord(this.#value)) return {};
    const entries = Object.entries(this.#value);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
