import type { Position } from "./corefile-error.ts";
import { CorefileError } from "./corefile-error.ts";
import type { Token } from "./directive.ts";
import type { Environment } from "./environment.ts";
import { expandEnvironment } from "./environment.ts";

/** A token as the parser sees it. */
export interface LexedToken extends Token {
  /** Whether it is the first of its line. */
  readonly startsLine: boolean;
  /** What it does to the structure; only what is written plainly, without quotes or variables. */
  readonly mark: Mark | undefined;
}

export type Mark = "{" | "}" | "import";

/*
 *   forward . "a \"b\"" # text        one line
 *   |       | |         |
 *   word    | quoted    comment, up to the end of the line, also right behind a word
 *           word
 *
 * White space is Unicode's. A carriage return vanishes, even inside a word: that is what makes
 * CRLF work. Only `"` can be escaped; any other backslash stands for itself.
 *
 * The patterns look for the next border and repeat nothing, so that no text makes them slow.
 */
const notSpace = /\P{White_Space}/gu;
const wordEnd = /(?!\r)[\p{White_Space}#]/gu;

const BYTE_ORDER_MARK = "\uFEFF";

/** A word or a comment as it is written. */
export interface Piece extends Position {
  readonly column: number;
  readonly kind: "word" | "quoted" | "comment";
  /** With its quotes; a comment from its "#" to the end of the line. */
  readonly raw: string;
  /** Whether no other piece stands before it on its line. */
  readonly startsLine: boolean;
}

/**
 * Cuts the text of a Corefile into tokens.
 * @throws {CorefileError} for a quote that is not closed.
 */
export function lex(text: string, file: string, env: Environment): LexedToken[] {
  const tokens: LexedToken[] = [];
  for (const { kind, raw, line, column, startsLine } of pieces(text, file)) {
    if (kind === "comment") continue;
    const content = kind === "quoted" ? readQuoted(raw, env) : readWord(raw, env);
    tokens.push({ file, line, column, ...content, startsLine });
  }
  return tokens;
}

/**
 * All that is written in a Corefile but for the space between.
 * @throws {CorefileError} for a quote that is not closed.
 */
export function* pieces(text: string, file: string): Generator<Piece> {
  let lastEnd = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  let line = 1;
  let lineStart = lastEnd;
  let startsLine = true;
  for (;;) {
    const start = indexOf(notSpace, text, lastEnd);
    if (start === text.length) return;
    const lineBreaks = countLineBreaks(text, lastEnd, start);
    line += lineBreaks;
    startsLine ||= lineBreaks > 0;
    if (lineBreaks > 0) lineStart = text.lastIndexOf("\n", start) + 1;
    const at = { file, line, column: start - lineStart + 1 };
    const kind = KINDS[text[start] ?? ""] ?? "word";
    lastEnd = endOf(kind, text, start, at);
    const raw = text.slice(start, lastEnd);
    yield { ...at, kind, raw, startsLine };
    const inside = kind === "quoted" ? countLineBreaks(text, start, lastEnd) : 0;
    line += inside;
    if (inside > 0) lineStart = text.lastIndexOf("\n", lastEnd - 1) + 1;
    startsLine = false;
  }
}

const KINDS: Readonly<Record<string, Piece["kind"]>> = { '"': "quoted", "#": "comment" };

function endOf(kind: Piece["kind"], text: string, start: number, at: Position): number {
  if (kind === "quoted") return endOfQuoted(text, start, at);
  if (kind === "word") return indexOf(wordEnd, text, start);
  const lineEnd = text.indexOf("\n", start);
  return lineEnd < 0 ? text.length : lineEnd;
}

function readQuoted(raw: string, env: Environment): Pick<LexedToken, "text" | "quoted" | "mark"> {
  const text = expandEnvironment(raw.slice(1, -1).replaceAll('\\"', '"'), env);
  return { text, quoted: true, mark: undefined };
}

function readWord(raw: string, env: Environment): Pick<LexedToken, "text" | "quoted" | "mark"> {
  const word = raw.replaceAll("\r", "");
  const isMark = word === "{" || word === "}" || word === "import";
  return { text: expandEnvironment(word, env), quoted: false, mark: isMark ? word : undefined };
}

/** Behind the closing quote: the next one with an even number of backslashes before it. */
function endOfQuoted(text: string, start: number, at: Position): number {
  let quote = text.indexOf('"', start + 1);
  while (quote >= 0) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  const [begin] = text.slice(start, start + 40).split("\n");
  throw new CorefileError(at, `Unclosed quote: expected a closing " for ${begin}`);
}

function indexOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

function countLineBreaks(text: string, from: number, to: number): number {
  return text.slice(from, to).split("\n").length - 1;
}
