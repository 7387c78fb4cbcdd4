import { EvaluationError } from "../expression-error.ts";
import type { Dictionary, List, Value } from "../value.ts";
import { elementsOf, kindOf } from "../value.ts";

/*
 * Arguments as functions want them: what was unknown when the expression was read shows itself
 * here. Each throws an EvaluationError.
 */

export function stringAt(args: List, i: number): string {
  const value = args[i] ?? null;
  if (typeof value === "string") return value;
  throw unfit(value, "string");
}

export function intAt(args: List, i: number): bigint {
  const value = args[i] ?? null;
  if (typeof value === "bigint") return value;
  throw unfit(value, "int");
}

export function listAt(args: List, i: number): List {
  const value = args[i] ?? null;
  const elements = elementsOf(value);
  if (elements) return elements;
  throw unfit(value, "array");
}

export function mapAt(args: List, i: number): Dictionary {
  const value = args[i] ?? null;
  if (value instanceof Map) return value as Dictionary;
  throw unfit(value, "map");
}

export function unfit(value: Value, expected: string): EvaluationError {
  return new EvaluationError(`cannot take a ${kindOf(value)} for a ${expected}`);
}
