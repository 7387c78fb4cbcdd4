import type { IpAddress } from "../ip-address.ts";
import { parseIpAddress } from "../ip-address.ts";
import type { Labels } from "../label-selector.ts";
import { shortText } from "../short-text.ts";

/** What is wrong in a manifest, and where: `spec.ports[0].port: "http" is not an integer`. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  readonly path: FieldPath;
  /** Whether the object was meant to count; if not, this is a hint. */
  readonly isFatal: boolean;

  constructor(path: FieldPath, reason: string, isFatal: boolean) {
    super(`${shortText(formatPath(path)) || "document"}:${reason}`);
    this.path = path;
    this.isFatal = isFatal;
  }
}

/** Names of fields, and places in lists from 0 on. */
export type FieldPath = readonly (string | number)[];

/** `spec.ports[0].port` */
function formatPath(path: FieldPath): string {
  const parts = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`));
  return parts.join("").replace(/^\./, "");
}

/** A value in a manifest together with its path: reads what is expected, or says what is not. */
export class ManifestField {
  readonly #value: unknown;
  readonly #path: FieldPath;

  constructor(value: unknown, path: FieldPath = []) {
    this.#value = value;
    this.#path = path;
  }

  /** Absent, or null, which the API takes for the same. */
  get isAbsent(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** A field of this object; absent in an absent one. */
  get(name: string): ManifestField {
    const path = [...this.#path, name];
    if (this.isAbsent) return new ManifestField(undefined, path);
    const object = this.#object();
    return new ManifestField(Object.hasOwn(object, name) ? object[name] : undefined, path);
  }

  /** The elements of this list, none if it is absent. */
  items(): ManifestField[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.#value)) return this.fail("is not a list");
    return this.#value.map((item, i) => new ManifestField(item, [...this.#path, i]));
  }

  /** "" if absent. */
  string(): string {
    if (this.isAbsent) return "";
    return typeof this.#value === "string" ? this.#value : this.fail("is not a string");
  }

  /** A string that a pattern matches, "" if absent. */
  matching(pattern: RegExp, what: string): string {
    const text = this.string();
    return text === "" || pattern.test(text) ? text : this.fail(`is not ${what}`);
  }

  oneOf<T extends string>(values: readonly T[], fallback: T): T {
    if (this.isAbsent) return fallback;
    const found = values.find((value) => value === this.#value);
    return found ?? this.fail(`is none of ${values.map((value) => `"${value}"`).join(", ")}`);
  }

  boolean(fallback: boolean): boolean {
    if (this.isAbsent) return fallback;
    return typeof this.#value === "boolean" ? this.#value : this.fail("is not true or false");
  }

  /** A port's number, 0 if absent. */
  port(): number {
    if (this.isAbsent) return 0;
    const value = this.#value;
    const isPort = typeof value === "number" && Number.isInteger(value);
    if (!isPort) return this.fail("is not an integer");
    return value >= 1 && value <= 65_535 ? value : this.fail("is not a port: 1 to 65535");
  }

  /** A port's number, or the name that a container gives to it; 0 if absent. */
  portOrName(): number | string {
    return typeof this.#value === "string" && this.#value !== "" ? this.#value : this.port();
  }

  ip(): IpAddress {
    return parseIpAddress(this.string()) ?? this.fail("is not an IP address");
  }

  /** An object whose values are all strings, {} if absent. */
  labels(): Labels {
    if (this.isAbsent) return {};
    const keys = Object.keys(this.#object());
    return Object.fromEntries(keys.map((key) => [key, this.get(key).string()]));
  }

  fail(reason: string, { isFatal = true } = {}): never {
    const found = this.isAbsent ? "" : ` ${quote(this.#value)}`;
    throw new ManifestError(this.#path, `${found} ${reason}`, isFatal);
  }

  #object(): Record<string, unknown> {
    const isObject = typeof this.#value === "object" && !Array.isArray(this.#value);
    return isObject ? (this.#value as Record<string, unknown>) : this.fail("is not an object");
  }
}

/** A scalar as JSON, kept short; only the type of anything else, which may be large or circular. */
function quote(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return JSON.stringify(shortText(value, 80));
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "an object";
}
