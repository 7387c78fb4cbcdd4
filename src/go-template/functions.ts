import { sprintf } from "./printf.ts";
import { TemplateError } from "./syntax.ts";
import type { Value } from "./value.ts";
import { describe, formatValue, isList, isMap, isTrue } from "./value.ts";

export interface TemplateFunction {
  readonly min: number;
  readonly max: number;
  call(args: readonly Value[]): Value;
}

/**
 * The functions of a template: Go's own, less those for HTML, JavaScript and URLs, and CoreDNS's
 * `parseInt`. Names and argument order: https://pkg.go.dev/text/template#hdr-Functions
 */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map([
  ["and", define(1, Infinity, (args) => args.find((arg) => !isTrue(arg)) ?? args.at(-1))],
  ["or", define(1, Infinity, (args) => args.find(isTrue) ?? args.at(-1))],
  ["not", define(1, 1, ([value]) => !isTrue(value))],
  ["eq", define(2, Infinity, ([value, ...others]) => others.some((one) => isEqual(value, one)))],
  ["ne", define(2, 2, ([a, b]) => !isEqual(a, b))],
  ["lt", define(2, 2, ([a, b]) => compare(a, b) < 0)],
  ["le", define(2, 2, ([a, b]) => compare(a, b) <= 0)],
  ["gt", define(2, 2, ([a, b]) => compare(a, b) > 0)],
  ["ge", define(2, 2, ([a, b]) => compare(a, b) >= 0)],
  ["index", define(1, Infinity, ([value, ...keys]) => keys.reduce(elementOf, value))],
  ["len", define(1, 1, ([value]) => BigInt(lengthOf(value)))],
  ["slice", define(1, 3, ([value, ...bounds]) => slice(value, bounds))],
  ["print", define(0, Infinity, print)],
  ["println", define(0, Infinity, (args) => `${args.map(formatValue).join(" ")}\n`)],
  ["printf", define(1, Infinity, ([format, ...args]) => sprintf(text(format, "printf"), args))],
  ["parseInt", define(3, 3, ([digits, base, bits]) => parseUint(digits, base, bits))],
]);

function define(
  min: number,
  max: number,
  call: (args: readonly Value[]) => Value,
): TemplateFunction {
  return { min, max, call };
}

function text(value: Value, taker: string): string {
  if (typeof value === "string") return value;
  throw new TemplateError(`${taker} takes a string, not ${describe(value)}`);
}

function integer(value: Value, taker: string): number {
  if (typeof value === "bigint") return Number(value);
  throw new TemplateError(`${taker} takes an integer, not ${describe(value)}`);
}

/** fmt.Sprint: a space goes between two operands when neither is a string. */
function print(args: readonly Value[]): string {
  return args
    .map((arg, i) => {
      const isSpaced = i > 0 && typeof arg !== "string" && typeof args[i - 1] !== "string";
      return (isSpaced ? " " : "") + formatValue(arg);
    })
    .join("");
}

function isEqual(a: Value, b: Value): boolean {
  if (a !== undefined && b !== undefined && typeof a !== typeof b) {
    throw new TemplateError(`cannot compare ${describe(a)} with ${describe(b)}`);
  }
  return a === b;
}

function compare(a: Value, b: Value): number {
  if (typeof a === "string" && typeof b === "string") return Number(a > b) - Number(a < b);
  if (typeof a === "bigint" && typeof b === "bigint") return Number(a > b) - Number(a < b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  throw new TemplateError(`cannot order ${describe(a)} and ${describe(b)}`);
}

function lengthOf(value: Value): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (isList(value)) return value.length;
  if (isMap(value)) return value.size;
  throw new TemplateError(`cannot take the length of ${describe(value)}`);
}

function elementOf(value: Value, key: Value): Value {
  // Values of the maps here are strings, whose zero value is empty.
  if (isMap(value)) return value.get(text(key, "index of a map")) ?? "";
  const at = integer(key, "index");
  if (!isList(value) && typeof value !== "string") {
    throw new TemplateError(`cannot index ${describe(value)}`);
  }
  if (at < 0 || at >= lengthOf(value)) throw new TemplateError(`index out of range: ${at}`);
  return isList(value) ? value[at] : BigInt(Buffer.from(value)[at] ?? 0);
}

function slice(value: Value, bounds: readonly Value[]): Value {
  const length = lengthOf(value);
  const start = bounds[0] === undefined ? 0 : integer(bounds[0], "slice");
  const end = bounds[1] === undefined ? length : integer(bounds[1], "slice");
  if (start < 0 || end > length || start > end) {
    throw new TemplateError(`slice out of range: ${start}:${end} of ${length}`);
  }
  if (isList(value)) return value.slice(start, end);
  if (typeof value === "string") return Buffer.from(value).toString("utf8", start, end);
  throw new TemplateError(`cannot slice ${describe(value)}`);
}

/** strconv.ParseUint: base 0 goes by the prefix, bit size 0 is 64. */
function parseUint(digits: Value, base: Value, bits: Value): bigint {
  const source = text(digits, "parseInt").toLowerCase();
  const [radix, size] = [integer(base, "parseInt"), integer(bits, "parseInt")];
  const prefix = radix === 0 ? /^0[box]?(?=.)/.exec(source)?.[0] : undefined;
  const byPrefix: Record<string, number> = { "0": 8, "0b": 2, "0o": 8, "0x": 16 };
  const effective = radix === 0 ? (byPrefix[prefix ?? ""] ?? 10) : radix;
  const value = parseDigits(source.slice(prefix?.length ?? 0), effective);
  if (value === undefined || value >> BigInt(size === 0 ? 64 : size) !== 0n) {
    throw new TemplateError(`parseInt: no number of base ${radix} in ${size} bits: "${source}"`);
  }
  return value;
}

function parseDigits(digits: string, radix: number): bigint | undefined {
  let value = 0n;
  for (const digit of digits) {
    const one = /[0-9a-z]/.test(digit) ? Number.parseInt(digit, 36) : Infinity;
    if (one >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(one);
  }
  return digits === "" ? undefined : value;
}
