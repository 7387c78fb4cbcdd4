import type { NamedNumber } from "./time/named-number.ts";
import type { Duration, Moment, Zone } from "./time/moment.ts";

/**
 * What an expression computes with. Go's types are told apart by JavaScript's: `bigint` is an int
 * of 64 bits, `number` a float64, `Uint8Array` a []byte, `null` is nil. A string is Go's, octets
 * of UTF-8, each of them one character here: see `fromText`. A map's keys are any but lists.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | List
  | Dictionary
  | Callable
  | Moment
  | Duration
  | Zone
  | NamedNumber;

export type List = readonly Value[];
export type Dictionary = ReadonlyMap<Value, Value>;

/** A function as a value. */
export class Callable {
  readonly call: (args: List) => Value;

  constructor(call: (args: List) => Value) {
    this.call = call;
  }
}

const BEYOND_ASCII = /[^\0-\x7f]/;

/** The octets of a text. */
export function fromText(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** The text of octets; what is no UTF-8 becomes U+FFFD. */
export function toText(octets: string): string {
  return BEYOND_ASCII.test(octets) ? Buffer.from(octets, "latin1").toString("utf8") : octets;
}

/** Where characters begin: all octets but those that go on with one. */
export function countCharacters(octets: string): number {
  return BEYOND_ASCII.test(octets) ? Array.from(toText(octets)).length : octets.length;
}

export function isList(value: Value): value is List {
  return Array.isArray(value);
}

/** The elements of an array or a []byte; undefined for anything else. */
export function elementsOf(value: Value): List | undefined {
  if (isList(value)) return value;
  return value instanceof Uint8Array ? Array.from(value, BigInt) : undefined;
}

/**
 * An element of an array, []byte or string, from the end if the index is negative; undefined if
 * there is none. Null if the value has no elements.
 */
export function elementAt(value: Value, index: number): Value | undefined {
  if (isList(value)) return value.at(index);
  if (typeof value !== "string" && !(value instanceof Uint8Array)) return null;
  const at = index < 0 ? value.length + index : index;
  if (at < 0 || at >= value.length) return undefined;
  return BigInt(typeof value === "string" ? value.charCodeAt(at) : (value[at] ?? 0));
}

/** The name that messages give to the kind of a value. */
export function kindOf(value: Value): string {
  if (value === null) return "nil";
  if (isList(value)) return "array";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Map) return "map";
  if (value instanceof Callable) return "function";
  const kinds: Record<string, string> = { bigint: "int", number: "float", boolean: "bool" };
  if (typeof value !== "object") return kinds[typeof value] ?? "string";
  return (value as Moment | Duration | Zone | NamedNumber).kind;
}
