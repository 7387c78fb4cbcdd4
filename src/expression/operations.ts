import { EvaluationError } from "./expression-error.ts";
import { Duration, Moment } from "./time/moment.ts";
import type { Value } from "./value.ts";
import { elementsOf, isList, kindOf } from "./value.ts";

/*
 * What operators do with values, as Go does: ints wrap around at 64 bits, an int and a float make
 * a float, and a division is always one of floats.
 */

const SMALLEST_INTEGER = -(2n ** 63n);

export function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** Towards zero; what does not fit is the smallest integer, as on x86. */
export function floatToInt(value: number): bigint {
  if (!(Math.abs(value) < 2 ** 63)) return SMALLEST_INTEGER;
  return BigInt(Math.trunc(value));
}

export function toInt(value: Value): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return floatToInt(value);
  throw new EvaluationError(`cannot take a ${kindOf(value)} for an int`);
}

/** An index, a count: what is beyond a safe integer is beyond any list as well. */
export function toIndex(value: Value): number {
  return Number(toInt(value));
}

export function isNumeric(value: Value): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

/** What pays for the work, as a `Machine`. */
export interface Payer {
  spend(amount: number): void;
}

/** @param payer pays for each element and for each 16 octets of a string */
export function areEqual(left: Value, right: Value, payer: Payer): boolean {
  if (isNumeric(left) && isNumeric(right)) {
    const areInts = typeof left === "bigint" && typeof right === "bigint";
    return areInts ? left === right : Number(left) === Number(right);
  }
  if (left instanceof Moment && right instanceof Moment)
    return left.nanoseconds === right.nanoseconds;
  const [some, others] = [elementsOf(left), elementsOf(right)];
  if (some && others) {
    payer.spend(1);
    return (
      some.length === others.length &&
      some.every((one, i) => areEqual(one, others[i] ?? null, payer))
    );
  }
  return areIdentical(left, right, payer);
}

/** As reflect.DeepEqual: an int is no float. */
function areIdentical(left: Value, right: Value, payer: Payer): boolean {
  payer.spend(typeof left === "string" ? left.length >> 4 : 1);
  if (left === right || Number.isNaN(left)) return left === right;
  if (left instanceof Duration && right instanceof Duration) {
    return left.nanoseconds === right.nanoseconds;
  }
  if (left instanceof Map && right instanceof Map) {
    return (
      left.size === right.size &&
      [...left].every(([key, value]) => {
        return (
          right.has(key) &&
          areIdentical(value, (right as Map<Value, Value>).get(key) ?? null, payer)
        );
      })
    );
  }
  if (isList(left) !== isList(right)) return false;
  const [some, others] = [elementsOf(left), elementsOf(right)];
  if (!some || !others || some.length !== others.length) return false;
  return some.every((one, i) => areIdentical(one, others[i] ?? null, payer));
}

/** Less than 0, 0, or more; not a number where neither is less. */
export function compare(left: Value, right: Value): number {
  if (isNumeric(left) && isNumeric(right)) return order(left, right);
  if (typeof left === "string" && typeof right === "string") return order(left, right);
  const areTimes = left instanceof Moment && right instanceof Moment;
  const areDurations = left instanceof Duration && right instanceof Duration;
  if (areTimes || areDurations) return order(left.nanoseconds, right.nanoseconds);
  throw mismatch("<", left, right);
}

function order<T extends bigint | number | string>(left: T, right: T): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right || Number(left) === Number(right) ? 0 : Number.NaN;
}

export function mismatch(operator: string, left: Value, right: Value): EvaluationError {
  return new EvaluationError(`cannot do ${kindOf(left)} ${operator} ${kindOf(right)}`);
}

export function add(left: Value, right: Value): Value {
  if (typeof left === "bigint" && typeof right === "bigint") return wrap(left + right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) + Number(right);
  if (typeof left === "string" && typeof right === "string") return left + right;
  if (left instanceof Moment && right instanceof Duration) return left.add(right.nanoseconds);
  if (left instanceof Duration && right instanceof Moment) return right.add(left.nanoseconds);
  if (left instanceof Duration && right instanceof Duration) {
    return new Duration(wrap(left.nanoseconds + right.nanoseconds));
  }
  throw mismatch("+", left, right);
}

export function subtract(left: Value, right: Value): Value {
  if (typeof left === "bigint" && typeof right === "bigint") return wrap(left - right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) - Number(right);
  if (left instanceof Moment && right instanceof Moment) return left.since(right);
  if (left instanceof Moment && right instanceof Duration) return left.add(-right.nanoseconds);
  if (left instanceof Duration && right instanceof Duration) {
    return new Duration(wrap(left.nanoseconds - right.nanoseconds));
  }
  throw mismatch("-", left, right);
}

export function multiply(left: Value, right: Value): Value {
  if (typeof left === "bigint" && typeof right === "bigint") return wrap(left * right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) * Number(right);
  if (left instanceof Duration) return times(left, right);
  if (right instanceof Duration) return times(right, left);
  throw mismatch("*", left, right);
}

function times({ nanoseconds }: Duration, factor: Value): Duration {
  if (factor instanceof Duration) return new Duration(wrap(nanoseconds * factor.nanoseconds));
  if (typeof factor === "bigint") return new Duration(wrap(nanoseconds * factor));
  if (typeof factor === "number") return new Duration(floatToInt(Number(nanoseconds) * factor));
  throw new EvaluationError(`cannot do duration * ${kindOf(factor)}`);
}

export function divide(left: Value, right: Value): Value {
  if (isNumeric(left) && isNumeric(right)) return Number(left) / Number(right);
  throw mismatch("/", left, right);
}

export function modulo(left: Value, right: Value): Value {
  if (typeof left !== "bigint" || typeof right !== "bigint") throw mismatch("%", left, right);
  if (right === 0n) throw new EvaluationError("division by zero");
  return left % right;
}

export function power(left: Value, right: Value): Value {
  if (isNumeric(left) && isNumeric(right)) return Number(left) ** Number(right);
  throw mismatch("**", left, right);
}

export function negate(value: Value): Value {
  if (typeof value === "bigint") return wrap(-value);
  if (typeof value === "number") return -value;
  throw new EvaluationError(`cannot negate a ${kindOf(value)}`);
}
