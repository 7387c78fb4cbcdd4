import { RE2JS } from "re2js";
import { EvaluationError, ExpressionError } from "./expression-error.ts";
import { spendOnSearch } from "./functions/strings.ts";
import { MAX_PATTERN_LENGTH } from "./limits.ts";
import type { Code, Machine } from "./machine.ts";
import {
  add,
  areEqual,
  compare,
  divide,
  mismatch,
  modulo,
  multiply,
  power,
  subtract,
  toIndex,
} from "./operations.ts";
import type { NodeOf } from "./syntax.ts";
import type { Type } from "./types.ts";
import {
  BOOL,
  DURATION,
  FLOAT,
  INT,
  STRING,
  TIME,
  UNKNOWN,
  areBoth,
  arrayOf,
  elementOf,
  formatType,
  isAssignable,
  isComparable,
  isNumber,
  isUnknown,
} from "./types.ts";
import type { Value } from "./value.ts";
import { elementsOf, kindOf, toText } from "./value.ts";

interface Operator {
  /** The type of what comes out; undefined if it cannot take these. */
  readonly check: (left: Type, right: Type) => Type | undefined;
  readonly apply: (left: Value, right: Value, machine: Machine) => Value;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  "==": { check: comparable, apply: (l, r, machine) => areEqual(l, r, machine) },
  "!=": { check: comparable, apply: (l, r, machine) => !areEqual(l, r, machine) },
  "<": ordering((order) => order < 0),
  ">": ordering((order) => order > 0),
  "<=": ordering((order) => order <= 0),
  ">=": ordering((order) => order >= 0),
  "+": {
    check(left, right) {
      if (isUnknown(left) || isUnknown(right)) {
        return areBoth(left, right, "number", "string", "time", "duration") ? UNKNOWN : undefined;
      }
      return promoted(left, right) ?? either(left, right, "string") ?? timeSum(left, right);
    },
    apply(left, right, machine) {
      if (typeof left === "string" && typeof right === "string") {
        machine.spend(left.length + right.length);
      }
      return add(left, right);
    },
  },
  "-": {
    check(left, right) {
      if (isUnknown(left) || isUnknown(right)) {
        return areBoth(left, right, "number", "time", "duration") ? UNKNOWN : undefined;
      }
      if (left.kind === "time" && right.kind === "time") return DURATION;
      if (left.kind === "time" && right.kind === "duration") return TIME;
      return promoted(left, right) ?? either(left, right, "duration");
    },
    apply: subtract,
  },
  "*": {
    check(left, right) {
      if (isUnknown(left) || isUnknown(right)) {
        return areBoth(left, right, "number", "duration") ? UNKNOWN : undefined;
      }
      const hasDuration = left.kind === "duration" || right.kind === "duration";
      if (!hasDuration) return promoted(left, right);
      return [left, right].every((one) => isNumber(one) || one.kind === "duration")
        ? DURATION
        : undefined;
    },
    apply: multiply,
  },
  "/": { check: both(FLOAT, "number"), apply: divide },
  "**": { check: both(FLOAT, "number"), apply: power },
  "^": { check: both(FLOAT, "number"), apply: power },
  "%": { check: both(INT, "int"), apply: modulo },
  "..": { check: both(arrayOf(INT), "int"), apply: range },
  in: { check: checkIn, apply: isIn },
  contains: onStrings((text, part) => text.includes(part)),
  startsWith: onStrings((text, part) => text.startsWith(part)),
  endsWith: onStrings((text, part) => text.endsWith(part)),
  matches: {
    check(left, right) {
      const isBytes = left.kind === "bytes" && isAssignable(right, STRING);
      return isBytes || areBoth(left, right, "string") ? BOOL : undefined;
    },
    apply(left, right, machine) {
      if (left === null || right === null) return false;
      if (typeof right !== "string") throw mismatch("matches", left, right);
      machine.spend(right.length * 8);
      return matches(compilePattern(toText(right)), left, machine);
    },
  },
};

/** @throws {ExpressionError} if the operator cannot take values of these types. */
export function compileOperator<C>(
  { operator, right: rightNode, at }: NodeOf<"binary">,
  left: Code<C>,
  right: Code<C>,
): Code<C> {
  const { check, apply } = OPERATORS[operator] ?? {};
  const type = check?.(left.type, right.type);
  if (!type || !apply) {
    const types = `${formatType(left.type)} and ${formatType(right.type)}`;
    throw new ExpressionError(`cannot do "${operator}" with ${types}`, at);
  }
  const { run: first } = left;
  const { run: second } = right;
  if (
    operator === "matches" &&
    rightNode.kind === "literal" &&
    typeof rightNode.value === "string"
  ) {
    const pattern = patternAt(toText(rightNode.value), rightNode.at);
    return { type, run: (machine) => matches(pattern, first(machine), machine) };
  }
  return {
    type,
    run: (machine) => apply(first(machine), second(machine), machine),
  };
}

function ordering(holds: (order: number) => boolean): Operator {
  return {
    check: both(BOOL, "number", "string", "time", "duration"),
    apply(left, right, machine) {
      if (typeof left === "string") machine.spend(left.length >> 4);
      return holds(compare(left, right));
    },
  };
}

function onStrings(holds: (text: string, part: string) => boolean): Operator {
  return {
    check: both(BOOL, "string"),
    apply(left, right, machine) {
      if (left === null || right === null) return false;
      if (typeof left !== "string" || typeof right !== "string")
        throw mismatch("contains", left, right);
      spendOnSearch(machine, left, right);
      return holds(left, right);
    },
  };
}

function both(result: Type, ...kinds: Parameters<typeof areBoth>[2][]): Operator["check"] {
  return (left, right) => (areBoth(left, right, ...kinds) ? result : undefined);
}

function comparable(left: Type, right: Type): Type | undefined {
  return isComparable(left, right) ? BOOL : undefined;
}

function promoted(left: Type, right: Type): Type | undefined {
  if (!isNumber(left) || !isNumber(right)) return undefined;
  return left.kind === "int" && right.kind === "int" ? INT : FLOAT;
}

function either(left: Type, right: Type, kind: Type["kind"]): Type | undefined {
  return left.kind === kind && right.kind === kind ? left : undefined;
}

function timeSum(left: Type, right: Type): Type | undefined {
  const kinds = [left.kind, right.kind].toSorted().join(" ");
  if (kinds === "duration time") return TIME;
  return kinds === "duration duration" ? DURATION : undefined;
}

function range(left: Value, right: Value, machine: Machine): Value {
  const [first, last] = [toIndex(left), toIndex(right)];
  const size = Math.max(0, last - first + 1);
  machine.spend(size);
  return Array.from({ length: size }, (_none, i) => BigInt(first + i));
}

function checkIn(left: Type, right: Type): Type | undefined {
  if (isUnknown(right)) return BOOL;
  if (right.kind === "map")
    return isAssignable(left, right.key) && left.kind !== "nil" ? BOOL : undefined;
  if (right.kind === "string") return isUnknown(left) ? BOOL : undefined;
  const isList = right.kind === "array" || right.kind === "bytes";
  return isList && isComparable(left, elementOf(right)) ? BOOL : undefined;
}

function isIn(needle: Value, place: Value, machine: Machine): boolean {
  if (place === null) return false;
  if (place instanceof Map) return (place as Map<Value, Value>).has(needle);
  const elements = elementsOf(place);
  if (!elements) throw new EvaluationError(`nothing can be in a ${kindOf(place)}`);
  for (const one of elements) {
    machine.spend(1);
    if (areEqual(one, needle, machine)) return true;
  }
  return false;
}

function matches(pattern: RE2JS, subject: Value, machine: Machine): boolean {
  if (subject === null) return false;
  const octets = subject instanceof Uint8Array ? Buffer.from(subject).toString("latin1") : subject;
  if (typeof octets !== "string") throw new EvaluationError(`cannot match a ${kindOf(subject)}`);
  machine.spend(octets.length * (1 + (pattern.pattern().length >> 4)));
  return pattern.matcher(toText(octets)).find();
}

function patternAt(source: string, at: number): RE2JS {
  try {
    return compilePattern(source);
  } catch (error) {
    throw new ExpressionError((error as Error).message, at);
  }
}

function compilePattern(source: string): RE2JS {
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new EvaluationError(`regular expression over ${MAX_PATTERN_LENGTH} characters`);
  }
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new EvaluationError(
      `cannot parse regular expression "${source}": ${(error as Error).message}`,
    );
  }
}
