import { TemplateError } from "./syntax.ts";
import type { Value } from "./value.ts";
import { describe, formatValue } from "./value.ts";

const VERB = /%([-+# 0]*)(\d{0,3})(?:\.(\d{0,3}))?(.|$)/gs;

/** The match, then flags, width, precision and the verb, as far as they are there. */
type VerbMatch = [string, string?, string?, string?, string?];

const RADIX: ReadonlyMap<string, number> = new Map([
  ["d", 10],
  ["x", 16],
  ["X", 16],
  ["o", 8],
  ["b", 2],
]);

/**
 * Go's fmt.Sprintf for strings, integers and bools: `%s %v %q %d %x %X %o %b %c %t %%`, with the
 * flags `-` and `0`, a width, and for strings a precision.
 * @throws {TemplateError} for other verbs, and where verbs and values do not match.
 */
export function sprintf(format: string, args: readonly Value[]): string {
  let used = 0;
  const fill = (...[, flags = "", width = "", precision, verb = ""]: VerbMatch): string => {
    if (verb === "%") return "%";
    if (used === args.length) throw new TemplateError(`printf: no value for "%${verb}"`);
    return pad(formatOne(verb, args[used++], precision), Number(width), flags);
  };
  const text = format.replace(VERB, fill);
  if (used < args.length) throw new TemplateError(`printf: more values than verbs in "${format}"`);
  return text;
}

function formatOne(verb: string, value: Value, precision: string | undefined): string {
  const radix = RADIX.get(verb);
  if (radix !== undefined) return formatRadix(verb, radix, value);
  switch (verb) {
    case "v":
    case "s":
      if (verb === "s" && typeof value !== "string") break;
      return precision === undefined ? formatValue(value) : clip(formatValue(value), precision);
    case "q":
      if (typeof value === "string") return JSON.stringify(value);
      break;
    case "c":
      if (typeof value === "bigint") return String.fromCodePoint(Number(value & 0xffffn));
      break;
    case "t":
      if (typeof value === "boolean") return String(value);
      break;
    default:
      throw new TemplateError(`printf: no verb "%${verb}"`);
  }
  throw new TemplateError(`printf: cannot print ${describe(value)} as "%${verb}"`);
}

function formatRadix(verb: string, radix: number, value: Value): string {
  const isHex = radix === 16;
  if (isHex && typeof value === "string") {
    const hex = Buffer.from(value).toString("hex");
    return verb === "X" ? hex.toUpperCase() : hex;
  }
  if (typeof value !== "bigint") {
    throw new TemplateError(`printf: cannot print ${describe(value)} as "%${verb}"`);
  }
  const digits = value.toString(radix);
  return verb === "X" ? digits.toUpperCase() : digits;
}

function clip(text: string, precision: string): string {
  return Array.from(text).slice(0, Number(precision)).join("");
}

function pad(text: string, width: number, flags: string): string {
  if (/[+# ]/.test(flags)) throw new TemplateError(`printf: flag not known in "%${flags}"`);
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0")) return text.padStart(width);
  const sign = text.startsWith("-") ? "-" : "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
