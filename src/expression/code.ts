import type { Entry } from "./environment.ts";
import { EvaluationError, ExpressionError } from "./expression-error.ts";
import type { Code, Machine } from "./machine.ts";
import { isNumeric, negate } from "./operations.ts";
import type { NodeOf } from "./syntax.ts";
import type { Type } from "./types.ts";
import * as types from "./types.ts";
import type { Value } from "./value.ts";
import { Callable, kindOf } from "./value.ts";

/* The simpler pieces of code, made of others. */

export function valueOf<C>(entry: Entry<C>, context: C): Value {
  if (!("call" in entry)) return entry.read(context);
  const { parameters } = entry.type;
  return new Callable((args) => {
    if (args.length === parameters.length) return entry.call(args, context);
    throw new EvaluationError(`expected ${parameters.length} arguments, found ${args.length}`);
  });
}

export function typeOf({ type }: { type: Type }): Type {
  return type;
}

export function values<C>(codes: readonly Code<C>[], machine: Machine<C>): Value[] {
  return codes.map(({ run }) => run(machine));
}

export function constant<C>(value: Value, type: Type): Code<C> {
  return { type, run: () => value };
}

export function spending<C>({ type, run }: Code<C>, amount: number): Code<C> {
  return {
    type,
    run(machine) {
      machine.spend(amount);
      return run(machine);
    },
  };
}

export function sequence<C>(parts: readonly Code<C>[]): Code<C> {
  return {
    type: parts.at(-1)?.type ?? types.NIL,
    run(machine) {
      let last: Value = null;
      for (const { run } of parts) last = run(machine);
      return last;
    },
  };
}

export function coalesce<C>(left: Code<C>, right: Code<C>): Code<C> {
  const isLeftNil = left.type.kind === "nil";
  const isSame =
    right.type.kind === "nil" ||
    (right.type.kind === left.type.kind && !types.isUnknown(left.type));
  return {
    type: isLeftNil ? right.type : isSame ? left.type : types.UNKNOWN,
    run: (machine) => left.run(machine) ?? right.run(machine),
  };
}

export function conditionType(yes: Type, no: Type): Type {
  if (yes.kind === "nil") return no;
  if (no.kind === "nil") return yes;
  if (types.isUnknown(yes) || types.isUnknown(no) || yes.kind !== no.kind) return types.UNKNOWN;
  const isSameArray = types.elementOf(yes).kind === types.elementOf(no).kind;
  return yes.kind === "array" && !isSameArray ? types.ARRAY : yes;
}

export function unary<C>({ operator, at }: NodeOf<"unary">, { type, run }: Code<C>): Code<C> {
  const isNot = operator === "not" || operator === "!";
  const fits = isNot ? types.isAssignable(type, types.BOOL) : types.isNumber(type);
  if (!fits && !types.isUnknown(type)) {
    throw new ExpressionError(`cannot do "${operator}" with ${types.formatType(type)}`, at);
  }
  if (isNot) return { type: types.BOOL, run: (machine) => !truth(run(machine)) };
  if (operator === "-") return { type, run: (machine) => negate(run(machine)) };
  return {
    type,
    run(machine) {
      const value = run(machine);
      if (isNumeric(value)) return value;
      throw new EvaluationError(`cannot do "+" with ${kindOf(value)}`);
    },
  };
}

export function truth(value: Value): boolean {
  if (typeof value === "boolean") return value;
  throw new EvaluationError(`a ${kindOf(value)} is neither true nor false`);
}
