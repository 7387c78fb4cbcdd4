import type { TokenCursor } from "../../dns/tokenizer.ts";

/** More would be a mistake, or meant to take all memory. */
const MAX_GENERATED = 1_000_000;
const MAX_WIDTH = 64;

interface Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/**
 * BIND's `$GENERATE START-STOP[/STEP] LHS [TTL] [CLASS] TYPE RHS`: an entry for each number of the range, in which `$` is that
 * number, `${OFFSET,WIDTH,BASE}` the same with an offset, zeros in front, and in base d, o, x, X, n or N (nibbles, last first), and `\$` a dollar.
 * @throws {SyntaxError} if it is none
 */
export function generateEntries(tokens: TokenCursor): Iterable<string> {
  const range = rangeOf(tokens);
  const words: string[] = [];
  while (!tokens.isDone) {
    const { text, quoted } = tokens.string("a word");
    words.push(quoted ? `"${text}"` : text);
  }
  if (words.length < 3)
    throw new SyntaxError("Cannot read zone: $GENERATE needs a name, a type and data");
  const parts = partsOf(words.join(" "));
  return expand(range, parts);
}

function* expand({ start, stop, step }: Range, parts: readonly Part[]): Generator<string, void> {
  for (let value = start; value <= stop; value += step) {
    yield parts.map((part) => (typeof part === "string" ? part : part(value))).join("");
  }
}

function rangeOf(tokens: TokenCursor): Range {
  const token = tokens.next("a range");
  const [, first, last, each] = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(token.text) ?? [];
  const range = { start: Number(first), stop: Number(last), step: Number(each ?? 1) };
  if (first === undefined || range.stop < range.start || range.step === 0) {
    throw tokens.unexpected("a range START-STOP[/STEP]", token);
  }
  if ((range.stop - range.start) / range.step >= MAX_GENERATED) {
    throw new SyntaxError(`Cannot read zone: $GENERATE makes over ${MAX_GENERATED} records`);
  }
  return range;
}

/** Text as it is, or what a number makes of it. */
type Part = string | ((value: number) => string);

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  for (const [found, escaped, braces] of text.matchAll(
    /\\(.)|\$\{([^}]*)\}|\$\$?|[^\\$]+|[\\$]/gs,
  )) {
    if (escaped === "$" || found === "$$") parts.push("\\$");
    else if (braces !== undefined) parts.push(formatOf(braces));
    else if (found === "$") parts.push(String);
    else parts.push(found);
  }
  return parts;
}

function formatOf(text: string): (value: number) => string {
  const format = /^([+-]?\d{1,10})(?:,(\d{1,3})(?:,([doxXnN]))?)?$/.exec(text);
  const [, offset = "0", width = "0", base = "d"] = format ?? [];
  if (!format || Number(width) > MAX_WIDTH)
    throw new SyntaxError(`Cannot read zone: "\${${text}}" is no OFFSET,WIDTH,BASE`);
  return (value) => formatNumber(value + Number(offset), Number(width), base);
}

function formatNumber(value: number, width: number, base: string): string {
  if (value < 0) throw new SyntaxError("Cannot read zone: $GENERATE makes a number below 0");
  if (base === "n" || base === "N") {
    // Each nibble is a label; the width counts the dots in between.
    const digits = value.toString(16).padStart(Math.ceil(width / 2), "0");
    const labels = digits.split("").toReversed().join(".");
    return base === "N" ? labels.toUpperCase() : labels;
  }
  const radix = base === "o" ? 8 : base === "d" ? 10 : 16;
  const text = value.toString(radix).padStart(width, "0");
  return base === "X" ? text.toUpperCase() : text;
}
