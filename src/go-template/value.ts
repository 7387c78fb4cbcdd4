import { formatGoFloat } from "../text/go-float.ts";
import { TemplateError } from "./syntax.ts";

/**
 * What a template computes with: Go's string, integers, float64, bool, nil, slice, map of
 * strings, struct, and method. The value of a key that a map lacks is `undefined`, as nil is.
 */
export type Value =
  | string
  | bigint
  | number
  | boolean
  | undefined
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | Struct
  | Method;

/** A struct: its fields, which may be getters, begin with a capital letter. */
export interface Struct {
  readonly [field: string]: Value;
}

export type Method = (...args: readonly Value[]) => Value;

export function isMap(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** False, zero, nil and whatever is empty are false; a struct or method is true. */
export function isTrue(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  return Boolean(value);
}

/**
 * A field of a struct, or the value of a map's key.
 * @throws {TemplateError} if the value has no fields, or not this one.
 */
export function fieldOf(value: Value, field: string): Value {
  if (isMap(value)) return value.get(field);
  const isStruct = typeof value === "object" && !isList(value);
  // A capital letter, as Go wants it, also keeps off what every object inherits.
  if (!isStruct || !/^[A-Z]/.test(field) || !(field in value)) {
    throw new TemplateError(`cannot take ".${field}" of ${describe(value)}`);
  }
  return value[field];
}

/** As fmt's `%v` prints it. */
export function formatValue(value: Value): string {
  if (value === undefined) return "<no value>";
  if (isList(value)) return `[${value.map(formatValue).join(" ")}]`;
  if (isMap(value)) {
    const entries = [...value].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, one]) => `${key}:${formatValue(one)}`).join(" ")}]`;
  }
  if (typeof value === "object" || typeof value === "function") {
    throw new TemplateError(`cannot print ${describe(value)}`);
  }
  if (typeof value === "number") return formatGoFloat(value);
  return String(value);
}

/** What kind of value this is, for messages. */
export function describe(value: Value): string {
  if (value === undefined) return "nil";
  if (isList(value)) return "a slice";
  if (isMap(value)) return "a map";
  const kinds: Record<string, string> = {
    string: "a string",
    bigint: "an integer",
    number: "a float",
    boolean: "a bool",
    function: "a method",
  };
  return kinds[typeof value] ?? "a struct";
}
