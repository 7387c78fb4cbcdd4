import { ExpressionError } from "./expression-error.ts";
import { fromText } from "./value.ts";

/** What a literal stands for, in octets, and the offset behind it. */
export interface Literal {
  readonly text: string;
  readonly end: number;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};
const HEXADECIMAL = /x([\da-fA-F]{2})|u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|U([\da-fA-F]{8})/y;
const OCTAL = /[0-3][0-7]{2}/y;
const LAST_CHARACTER = 0x10_ff_ff;

/** A string in quotes, of which the first is at `start`. */
export function scanString(source: string, start: number): Literal {
  return scan(source, start, (code) => {
    return fromText(String.fromCodePoint(code >= 0xd8_00 && code <= 0xdf_ff ? 0xff_fd : code));
  });
}

/** The same with a `b` before it, where escapes stand for octets and not for characters. */
export function scanBytes(source: string, start: number): Literal {
  return scan(source, start, (code, isUnicode) => {
    return isUnicode || code > 0xff ? undefined : String.fromCharCode(code);
  });
}

/** A string in backquotes; two of them stand for one. */
export function scanRawString(source: string, start: number): Literal {
  let at = start + 1;
  for (;;) {
    at = source.indexOf("`", at);
    if (at < 0) throw new ExpressionError('string without its closing "`"', start);
    if (source[at + 1] !== "`") break;
    at += 2;
  }
  const text = source.slice(start + 1, at).replaceAll("``", "`");
  return { text: fromText(text), end: at + 1 };
}

type Encode = (code: number, isUnicode: boolean) => string | undefined;

function scan(source: string, start: number, encode: Encode): Literal {
  const quote = source[start];
  let text = "";
  let at = start + 1;
  for (;;) {
    const character = source[at];
    if (character === undefined || character === "\n") {
      throw new ExpressionError(`string without its closing ${quote}`, start);
    }
    if (character === quote) return { text, end: at + 1 };
    if (character === "\\") {
      const escape = readEscape(source, at, quote ?? "", encode);
      text += escape.text;
      at = escape.end;
      continue;
    }
    const whole = String.fromCodePoint(source.codePointAt(at) ?? 0);
    text += fromText(whole === "\r" ? "\n" : whole);
    at += source.startsWith("\r\n", at) ? 2 : whole.length;
  }
}

function readEscape(source: string, at: number, quote: string, encode: Encode): Literal {
  const character = source[at + 1] ?? "";
  const simple = character === quote ? quote : SIMPLE[character];
  if (simple !== undefined) return { text: simple, end: at + 2 };
  HEXADECIMAL.lastIndex = OCTAL.lastIndex = at + 1;
  const digits = HEXADECIMAL.exec(source);
  const octal = digits ? undefined : OCTAL.exec(source);
  const [whole] = digits ?? octal ?? [];
  const code = digits
    ? Number.parseInt(digits.slice(1).find((group) => group !== undefined) ?? "", 16)
    : Number.parseInt(octal?.[0] ?? "", 8);
  const isUnicode = character === "u" || character === "U";
  const text = code <= LAST_CHARACTER ? encode(code, isUnicode) : undefined;
  if (whole === undefined || text === undefined) {
    throw new ExpressionError(`unknown escape "\\${character}" in a string`, at);
  }
  return { text, end: at + 1 + whole.length };
}
