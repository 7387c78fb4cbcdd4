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

/**
 * Cuts the text of a Corefile into tokens.
 * @throws {CorefileError} for a quote that is not closed.
 */
export function lex(text: string, file: string, env: Environment): LexedToken[] {
  const tokens: LexedToken[] = [];
  let line = 1;
  let lastEnd = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  let startsLine = true;
  for (;;) {
    const start = skipGap(text, lastEnd);
    if (start === text.length) return tokens;
    const lineBreaks = countLineBreaks(text, lastEnd, start);
    line += lineBreaks;
    startsLine ||= lineBreaks > 0;
    const at = { file, line };
    const isQuoted = text[start] === '"';
    lastEnd = isQuoted ? endOfQuoted(text, start, at) : indexOf(wordEnd, text, start);
    const raw = text.slice(start, lastEnd);
    const content = isQuoted ? readQuoted(raw, env) : readWord(raw, env);
    tokens.push({ ...at, ...content, startsLine });
    line += countLineBreaks(text, start, lastEnd);
    startsLine = false;
  }
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

/** Where the next token begins, behind white space and comments. */
function skipGap(text: string, from: number): number {
  let at = indexOf(notSpace, text, from);
  while (text[at] === "#") {
    const lineEnd = text.indexOf("\n", at);
    at = lineEnd < 0 ? text.length : indexOf(notSpace, text, lineEnd);
  }
  return at;
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
