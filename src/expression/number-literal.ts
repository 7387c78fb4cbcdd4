import { ExpressionError } from "./expression-error.ts";
import type { Token } from "./lexer.ts";

const LARGEST_INTEGER = 2n ** 63n - 1n;

/** An int, or a float where there is a point or an exponent. */
export function parseNumberLiteral({ text, at }: Token): bigint | number {
  const digits = text.replaceAll("_", "");
  const isHexadecimal = /^0x/i.test(digits);
  if (!isHexadecimal && /[.e]/i.test(digits)) {
    const isNumber = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(digits);
    const value = isNumber ? Number(digits) : Number.NaN;
    if (!Number.isFinite(value)) throw new ExpressionError(`"${text}" is no number`, at);
    return value;
  }
  if (/^0[xob]$/i.test(digits)) throw new ExpressionError(`"${text}" has no digits`, at);
  const value = BigInt(digits);
  if (value > LARGEST_INTEGER) {
    throw new ExpressionError(`"${text}" is more than an integer of 64 bits holds`, at);
  }
  return value;
}
