import { EvaluationError } from "../expression-error.ts";
import type { Machine } from "../machine.ts";
import type { Value } from "../value.ts";
import { elementsOf, fromText, kindOf, toText } from "../value.ts";

/** As Go's encoding/json writes it: keys in order, octets in base64, two spaces a level. */
export function writeJson(value: Value, machine: Machine, indent = "\n"): string {
  const json = simpleJson(value) ?? nestedJson(value, machine, indent);
  machine.spend(json.length + 1);
  return json;
}

function simpleJson(value: Value): string | undefined {
  if (typeof value === "string") return quote(toText(value));
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return quote(Buffer.from(value).toString("base64"));
  if (typeof value !== "number") return undefined;
  if (!Number.isFinite(value)) throw new EvaluationError("JSON has no infinite numbers");
  return Object.is(value, -0) ? "-0" : String(value).replace(/e([+-])(\d)$/, "e$10$2");
}

function nestedJson(value: Value, machine: Machine, indent: string): string {
  const deeper = `${indent}  `;
  const elements = elementsOf(value);
  if (elements) {
    const parts = elements.map((one) => deeper + writeJson(one, machine, deeper));
    return parts.length === 0 ? "[]" : `[${parts.join(",")}${indent}]`;
  }
  if (!(value instanceof Map)) throw new EvaluationError(`cannot make JSON of a ${kindOf(value)}`);
  const pairs = [...(value as ReadonlyMap<Value, Value>)].map(([key, one]) => {
    if (typeof key === "string") return [key, one] as const;
    throw new EvaluationError("cannot make JSON of a map whose keys are no strings");
  });
  const parts = pairs
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${deeper}${quote(toText(key))}: ${writeJson(one, machine, deeper)}`);
  return parts.length === 0 ? "{}" : `{${parts.join(",")}${indent}}`;
}

/** Safe within HTML, as Go does. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (one) => {
    return `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** What JSON.parse has read. */
export function fromJson(value: unknown): Value {
  if (typeof value === "string") return fromText(value);
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([key, one]) => [fromText(key), fromJson(one)]));
  }
  return value as number | boolean | null;
}
