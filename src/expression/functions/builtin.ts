import { ExpressionError } from "../expression-error.ts";
import type { Machine } from "../machine.ts";
import type { Type } from "../types.ts";
import { formatType, isAssignable } from "../types.ts";
import type { List, Value } from "../value.ts";

/** A function of the language itself. */
export interface Builtin {
  /**
   * The type of what it returns.
   * @throws {TypeError} if it cannot take such arguments; the message says why
   */
  readonly check: (args: readonly Type[]) => Type;
  readonly call: (args: List, machine: Machine) => Value;
}

export type BuiltinTable = Readonly<Record<string, Builtin>>;

/** What `check` does: gives the result's type, or says what is wrong. */
export type Check = Builtin["check"];

/** Takes these; the last `optional` of them may be left out. */
export function takes(parameters: readonly Type[], result: Type, optional = 0): Check {
  return (args) => {
    checkArguments(args, parameters, optional);
    return result;
  };
}

export function checkArguments(
  args: readonly Type[],
  parameters: readonly Type[],
  optional = 0,
): void {
  checkCount(args, parameters.length - optional, parameters.length);
  for (const [i, parameter] of parameters.entries()) {
    const arg = args[i];
    if (arg && !isAssignable(arg, parameter)) {
      throw new TypeError(
        `cannot take ${formatType(arg)} for argument ${i + 1}, expected ${formatType(parameter)}`,
      );
    }
  }
}

export function checkCount(args: readonly Type[], min: number, max: number): void {
  if (args.length >= min && args.length <= max) return;
  const expected = min === max ? `${min}` : `${min} to ${max}`;
  throw new TypeError(
    `expected ${max === Infinity ? `at least ${min}` : expected} arguments, found ${args.length}`,
  );
}

/** One argument of one of these kinds. */
export function takesKind(kinds: readonly Type["kind"][], resultOf: (type: Type) => Type): Check {
  return (args) => {
    checkCount(args, 1, 1);
    const [arg] = args;
    if (arg && !isOfKind(arg, kinds)) {
      throw new TypeError(`cannot take ${formatType(arg)}, expected ${kinds.join(" or ")}`);
    }
    return resultOf(arg as Type);
  };
}

export function isOfKind({ kind }: Type, kinds: readonly Type["kind"][]): boolean {
  return kind === "unknown" || kinds.includes(kind);
}

/** The type of a call. @throws {ExpressionError} at the call */
export function checkCall(name: string, check: Check, args: readonly Type[], at: number): Type {
  try {
    return check(args);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ExpressionError(`cannot call "${name}": ${error.message}`, at);
  }
}
