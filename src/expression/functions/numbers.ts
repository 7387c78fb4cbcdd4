import { EvaluationError } from "../expression-error.ts";
import type { Machine } from "../machine.ts";
import { compare, isNumeric, wrap } from "../operations.ts";
import type { Type } from "../types.ts";
import { FLOAT, INT, UNKNOWN, formatType, isNumber } from "../types.ts";
import type { List, Value } from "../value.ts";
import { elementsOf } from "../value.ts";
import { intAt, unfit } from "./arguments.ts";
import type { Builtin, BuiltinTable, Check } from "./builtin.ts";
import { checkCount, isOfKind, takes, takesKind } from "./builtin.ts";

export const NUMBER_FUNCTIONS: BuiltinTable = {
  abs: {
    check: takesKind(["int", "float"], (type) => type),
    call([value = null]) {
      if (typeof value === "number") return Math.abs(value);
      if (typeof value === "bigint") return wrap(value < 0n ? -value : value);
      throw unfit(value, "number");
    },
  },
  ceil: rounded(Math.ceil),
  floor: rounded(Math.floor),
  round: rounded((value) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5)),
  max: { check: aggregates, call: (args, machine) => extreme(args, machine, 1) },
  min: { check: aggregates, call: (args, machine) => extreme(args, machine, -1) },
  mean: {
    check: aggregates,
    call(args, machine) {
      const numbers = flatNumbers(args, machine);
      const sum = numbers.reduce((total, one) => total + one, 0);
      return numbers.length === 0 ? 0 : sum / numbers.length;
    },
  },
  median: {
    check: aggregates,
    call(args, machine) {
      const numbers = flatNumbers(args, machine).toSorted((a, b) => a - b);
      machine.spend(numbers.length * 4);
      const middle = numbers.length >> 1;
      const high = numbers[middle] ?? 0;
      return numbers.length % 2 === 1 ? high : ((numbers[middle - 1] ?? 0) + high) / 2;
    },
  },
  bitand: onBits((a, b) => a & b),
  bitor: onBits((a, b) => a | b),
  bitxor: onBits((a, b) => a ^ b),
  bitnand: onBits((a, b) => a & ~b),
  bitshl: onBits((a, b) => (shift(b) > 63n ? 0n : a << b)),
  bitshr: onBits((a, b) => a >> (shift(b) > 63n ? 63n : b)),
  bitushr: onBits((a, b) => (shift(b) > 63n ? 0n : BigInt.asUintN(64, a) >> b)),
  bitnot: { check: takes([INT], INT), call: (args) => ~intAt(args, 0) },
};

function rounded(round: (value: number) => number): Builtin {
  return {
    check: takesKind(["int", "float"], () => FLOAT),
    call([value = null]) {
      if (typeof value === "number") return round(value);
      if (typeof value === "bigint") return Number(value);
      throw unfit(value, "number");
    },
  };
}

function onBits(compute: (a: bigint, b: bigint) => bigint): Builtin {
  return {
    check: takes([INT, INT], INT),
    call: (args) => wrap(compute(intAt(args, 0), intAt(args, 1))),
  };
}

function shift(count: bigint): bigint {
  if (count < 0n) throw new EvaluationError(`cannot shift by ${count} bits`);
  return count;
}

/** Numbers, and arrays of them. */
function aggregates(args: Parameters<Check>[0]): Type {
  checkCount(args, 1, Infinity);
  for (const arg of args) {
    if (isOfKind(arg, ["array", "bytes"])) return UNKNOWN;
    if (!isNumber(arg))
      throw new TypeError(`cannot take ${formatType(arg)}, expected numbers or arrays`);
  }
  return args[0] as Type;
}

function extreme(args: List, machine: Machine, sign: number): Value {
  const [only = null] = args;
  const isPlain = args.length === 1 && !isNumeric(only) && !elementsOf(only);
  if (isPlain) return only;
  return flat(args, machine).reduce<Value>((best, one) => {
    return best === null || compare(one, best) * sign > 0 ? one : best;
  }, null);
}

function flatNumbers(args: List, machine: Machine): number[] {
  return flat(args, machine).map(Number);
}

function flat(args: List, machine: Machine): (bigint | number)[] {
  return args.flatMap((one) => {
    machine.spend(1);
    if (isNumeric(one)) return [one];
    const elements = elementsOf(one);
    if (!elements) throw unfit(one, "number");
    return flat(elements, machine);
  });
}
