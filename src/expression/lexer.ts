import { ExpressionError } from "./expression-error.ts";
import { scanBytes, scanRawString, scanString } from "./string-literal.ts";

export interface Token {
  readonly kind: "identifier" | "number" | "string" | "bytes" | "operator" | "bracket" | "end";
  /** Of strings the octets that they stand for. */
  readonly text: string;
  /** Offset of its first character. */
  readonly at: number;
}

const SPACE = /(?:\s|\/\/[^\n]*\n?|\/\*[^]*?\*\/)+/uy;
const WORD = /[\p{L}\p{Nd}_$]+/uy;
const NUMBER = /0[xX][\da-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|\d[\d_]*|(?=\.\d)/uy;
const FRACTION = /(?:\.(?!\.)[\d_]*)?(?:[eE][+-]?[\d_]*)?/uy;
const OPERATOR = /\?[.?]?|\|\|?|::?|[&!=*<>][&=*]?|\.\.?|[,;%+\-^/#]/uy;
const BRACKET = /[()[\]{}]/uy;

const WORD_OPERATORS: ReadonlySet<string> = new Set(
  "not in or and matches contains startsWith endsWith let if else".split(" "),
);

/**
 * The words of an expression, the end as the last one.
 * @throws {ExpressionError}
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += matchAt(SPACE, source, at)?.length ?? 0;
    if (at >= source.length) break;
    const { token, end } = readToken(source, at);
    tokens.push(token);
    at = end;
    // `#acc` is two words that touch.
    if (token.text === "#" && matchAt(WORD, source, at) !== undefined) {
      const text = matchAt(WORD, source, at) ?? "";
      tokens.push({ kind: "identifier", text, at });
      at += text.length;
    }
  }
  tokens.push({ kind: "end", text: "", at: source.length });
  return tokens;
}

interface Read {
  readonly token: Token;
  readonly end: number;
}

function readToken(source: string, at: number): Read {
  const character = source[at] ?? "";
  if (source.startsWith("/*", at)) throw new ExpressionError('comment without its "*/"', at);
  const isBytes = /^[bB]['"]/.test(source.slice(at, at + 2));
  if (isBytes) return quoted("bytes", at, scanBytes(source, at + 1));
  if (character === "'" || character === '"') return quoted("string", at, scanString(source, at));
  if (character === "`") return quoted("string", at, scanRawString(source, at));
  const number = numberAt(source, at);
  if (number !== undefined) return plain("number", number, at);
  const word = matchAt(WORD, source, at);
  if (word !== undefined)
    return plain(WORD_OPERATORS.has(word) ? "operator" : "identifier", word, at);
  const bracket = matchAt(BRACKET, source, at);
  if (bracket !== undefined) return plain("bracket", bracket, at);
  const operator = matchAt(OPERATOR, source, at);
  if (operator !== undefined) return plain("operator", operator, at);
  const whole = String.fromCodePoint(source.codePointAt(at) ?? 0);
  throw new ExpressionError(`unexpected character "${whole}"`, at);
}

function quoted(kind: "string" | "bytes", at: number, read: { text: string; end: number }): Read {
  return { token: { kind, text: read.text, at }, end: read.end };
}

function plain(kind: Token["kind"], text: string, at: number): Read {
  return { token: { kind, text, at }, end: at + text.length };
}

function numberAt(source: string, at: number): string | undefined {
  const whole = matchAt(NUMBER, source, at);
  if (whole === undefined) return undefined;
  const number = whole + (matchAt(FRACTION, source, at + whole.length) ?? "");
  if (matchAt(WORD, source, at + number.length) === undefined) return number;
  const text = number + (matchAt(WORD, source, at + number.length) ?? "");
  throw new ExpressionError(`"${text}" is neither a number nor a name`, at);
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}
