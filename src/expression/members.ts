import { EvaluationError, ExpressionError } from "./expression-error.ts";
import type { Code, Evaluate, Machine } from "./machine.ts";
import { toIndex } from "./operations.ts";
import { methodType, methodValue } from "./time/methods.ts";
import type { Type } from "./types.ts";
import { UNKNOWN, elementOf, formatType, isAssignable, isUnknown } from "./types.ts";
import type { Value } from "./value.ts";
import { elementAt, elementsOf, isList, kindOf } from "./value.ts";

/** What a `?.` gives that comes upon nil; ends at the chain that it is in. */
const CUT: unique symbol = Symbol("cut");

/** Within a chain, where nothing but members and calls gets to see it. */
export function isCut(value: Value): boolean {
  return (value as unknown) === CUT;
}

export function compileMember<C>(
  { isOptional, at }: { isOptional: boolean; at: number },
  of: Code<C>,
  key: Code<C>,
  name: string | undefined,
): Code<C> {
  const type = memberType(of.type, key.type, name, at);
  const run: Evaluate<C> = (machine) => {
    const value = of.run(machine);
    if (isCut(value) || (isOptional && value === null)) return CUT as unknown as Value;
    return fetch(value, key.run(machine));
  };
  return { type, run };
}

export function compileChain<C>({ type, run }: Code<C>): Code<C> {
  return {
    type,
    run(machine) {
      const value = run(machine);
      return isCut(value) ? null : value;
    },
  };
}

function memberType(of: Type, key: Type, name: string | undefined, at: number): Type {
  if (isUnknown(of)) return UNKNOWN;
  if (of.kind === "map") {
    if (isAssignable(key, of.key)) return of.element;
    throw new ExpressionError(`a ${formatType(key)} is no key of this map`, at);
  }
  if (of.kind === "array" || of.kind === "bytes") {
    if (key.kind === "int" || isUnknown(key)) return elementOf(of);
    throw new ExpressionError(`an index is ${formatType(key)}, expected int`, at);
  }
  const method = name === undefined ? undefined : methodType(of, name);
  if (method) return method;
  const what = name === undefined ? "elements" : `"${name}"`;
  throw new ExpressionError(`a ${formatType(of)} has no ${what}`, at);
}

function fetch(of: Value, key: Value): Value {
  if (of instanceof Map) return (of as ReadonlyMap<Value, Value>).get(key) ?? null;
  if (isList(of) || of instanceof Uint8Array || typeof of === "string") {
    const index = toIndex(key);
    const element = elementAt(of, index);
    if (element !== undefined) return element;
    throw new EvaluationError(`index ${index} is out of range, the length is ${of.length}`);
  }
  const method = typeof key === "string" ? methodValue(of, key) : undefined;
  if (method) return method;
  throw new EvaluationError(
    `cannot take ${typeof key === "string" ? `"${key}"` : kindOf(key)} of a ${kindOf(of)}`,
  );
}

export function compileSlice<C>(
  at: number,
  of: Code<C>,
  from: Code<C> | undefined,
  to: Code<C> | undefined,
): Code<C> {
  if (!["string", "array", "bytes", "unknown"].includes(of.type.kind)) {
    throw new ExpressionError(`cannot slice a ${formatType(of.type)}`, at);
  }
  for (const bound of [from, to]) {
    if (!bound || bound.type.kind === "int" || isUnknown(bound.type)) continue;
    throw new ExpressionError(`a bound is ${formatType(bound.type)}, expected int`, at);
  }
  const bound = (code: Code<C> | undefined, machine: Machine<C>): number | undefined => {
    return code ? toIndex(code.run(machine)) : undefined;
  };
  return {
    type: of.type,
    run(machine) {
      const value = of.run(machine);
      const [start, end] = [bound(from, machine), bound(to, machine)];
      if (typeof value === "string") return value.slice(start, end);
      if (value instanceof Uint8Array) return value.slice(start, end);
      const elements = elementsOf(value);
      if (!elements) throw new EvaluationError(`cannot slice a ${kindOf(value)}`);
      machine.spend(elements.length);
      return elements.slice(start, end);
    },
  };
}
