import { Name } from "./name.ts";

/** A word of a master file (RFC 1035 §5.1), its escapes kept, its quotes taken off. */
export interface Token {
  readonly text: string;
  /** Whether it began with a quote, so that `"@"` and `""` are told from `@` and nothing. */
  readonly quoted: boolean;
  /** Counted from 1. */
  readonly line: number;
  /** Of its first character, counted from 1. */
  readonly column: number;
}

/** The tokens of one entry, which parentheses may spread over several lines. */
export interface Entry {
  readonly tokens: readonly Token[];
  /** Whether it begins with a blank, which repeats the last owner. */
  readonly startsWithBlank: boolean;
}

/** A text that cannot be cut into tokens. */
export class TokenError extends SyntaxError {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;

  constructor(message: string, { line, column }: Pick<Token, "line" | "column">) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/**
 * Cuts text in master-file format into entries: comments dropped, parentheses resolved, empty
 * lines left out.
 * @param firstLine the number of the text's first line
 * @throws {TokenError} for a quote or a parenthesis without its partner, a parenthesis within another, a NUL
 */
export function* tokenize(text: string, firstLine = 1): Generator<Entry, void> {
  let tokens: Token[] = [];
  let startsWithBlank = isBlank(text.charAt(0));
  let line = firstLine;
  let lineStart = 0;
  let opened: Place | undefined;
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    const place = { line, column: at - lineStart + 1 };
    if (character === "\n") {
      at++;
      line++;
      lineStart = at;
      if (opened) continue;
      if (tokens.length > 0) yield { tokens, startsWithBlank };
      tokens = [];
      startsWithBlank = isBlank(text.charAt(at));
    } else if (character === ";") {
      const stop = text.indexOf("\n", at);
      at = stop === -1 ? text.length : stop;
    } else if (character === "(") {
      if (opened) throw new TokenError('Cannot read line: "(" within "("', place);
      if (tokens.length === 0 && !startsWithBlank)
        throw new TokenError('Cannot read line: "(" in front of the owner', place);
      opened = place;
      at++;
    } else if (character === ")") {
      if (!opened) throw new TokenError('Cannot read line: ")" without "("', place);
      opened = undefined;
      at++;
    } else if (isBlank(character)) {
      at++;
    } else {
      const { token, end } = readToken(text, at, place);
      tokens.push(token);
      line += token.text.split("\n").length - 1;
      if (line > place.line) lineStart = text.lastIndexOf("\n", end - 1) + 1;
      at = end;
    }
  }
  if (opened) throw new TokenError('Cannot read line: "(" without ")"', opened);
  if (tokens.length > 0) yield { tokens, startsWithBlank };
}

type Place = Pick<Token, "line" | "column">;

/** The tokens of a line without quotes, parentheses, comments and escapes, as nearly all are. */
export function tokenizePlainLine(text: string, line: number): Entry {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at++) {
    if (isBlankCode(text.charCodeAt(at))) continue;
    const start = at;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (isBlankCode(code)) break;
      if (code === 0) throw nulError({ line, column: at + 1 });
    }
    tokens.push({ text: text.slice(start, at), quoted: false, line, column: start + 1 });
  }
  return { tokens, startsWithBlank: isBlankCode(text.charCodeAt(0)) };
}

function isBlankCode(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** No text has one: it is some other file. */
function nulError(place: Place): TokenError {
  return new TokenError("Cannot read line: a NUL character", place);
}

/**
 * A quote may also begin behind `=`, as in `alpn="h2,h3"` (RFC 9460 §2.1). Within quotes, the end
 * of a line is a character as others are (RFC 1035 §5.1).
 */
function readToken(text: string, start: number, place: Place): { token: Token; end: number } {
  let value = "";
  let inQuotes = false;
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (!inQuotes && (character === "\n" || isDelimiter(character))) break;
    if (character === "\0") throw nulError({ ...place, column: place.column + at - start });
    if (character === "\\") {
      if (at + 1 === text.length || text.charAt(at + 1) === "\n") {
        throw new TokenError("Cannot read line: nothing behind the last backslash", place);
      }
      value += text.slice(at, at + 2);
      at++;
    } else if (character === '"') {
      if (!inQuotes && at > start && !value.endsWith("=")) break;
      inQuotes = !inQuotes;
      if (!inQuotes) {
        at++;
        break;
      }
    } else {
      value += character;
    }
    if (at + 1 === text.length && inQuotes) break;
  }
  if (inQuotes) throw new TokenError("Cannot read line: quote is not closed", place);
  return { token: { text: value, quoted: text.charAt(start) === '"', ...place }, end: at };
}

function isBlank(character: string): boolean {
  return character === " " || character === "\t" || character === "\r";
}

function isDelimiter(character: string): boolean {
  return isBlank(character) || character === ";" || character === "(" || character === ")";
}

/** Hands out the tokens of one entry in turn. All methods throw SyntaxError. */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  readonly #origin: Name | undefined;
  #at = 0;

  /** Relative names are completed by `origin`; without one, they are taken as absolute. */
  constructor(tokens: readonly Token[], origin?: Name) {
    this.#tokens = tokens;
    this.#origin = origin;
  }

  get isDone(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** The line of the token taken last. */
  get line(): number {
    return this.#last?.line ?? 1;
  }

  /** The column of the token taken last. */
  get column(): number {
    return this.#last?.column ?? 1;
  }

  get #last(): Token | undefined {
    return this.#tokens[Math.max(0, this.#at - 1)];
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /**
   * A word, which is never in quotes: only strings are.
   * @param expected what the message says is missing: "an IPv4 address"
   */
  next(expected: string): Token {
    const token = this.string(expected);
    if (!token.quoted) return token;
    throw new SyntaxError(
      `Cannot parse record: expected ${expected}, found "${token.text}" in quotes`,
    );
  }

  /** As `next`, in quotes or not. */
  string(expected: string): Token {
    const token = this.#tokens[this.#at++];
    if (token) return token;
    this.#at = this.#tokens.length;
    throw new SyntaxError(`Cannot parse record: expected ${expected}, found its end`);
  }

  /** All that is left as one text: hex and base64 may be cut by blanks anywhere. */
  rest(): string {
    let text = "";
    while (!this.isDone) text += this.next("digits").text;
    return text;
  }

  name(): Name {
    return this.#nameOf(this.next("a name"));
  }

  /** As `name`; quotes around an owner are nothing to BIND and NSD. */
  owner(): Name {
    return this.#nameOf(this.string("a name"));
  }

  #nameOf({ text, quoted }: Token): Name {
    const origin = this.#origin;
    if (text === "@" && !quoted) {
      if (origin) return origin;
      throw new SyntaxError('Cannot parse name "@": no origin is known');
    }
    const name = Name.parse(text);
    if (!origin || isAbsolute(text)) return name;
    const completed = name.concat(origin);
    if (completed) return completed;
    throw new SyntaxError(
      `Cannot parse name "${text}": too long with origin "${origin.toString()}"`,
    );
  }

  /** To be thrown where `token` is not what it should be. */
  unexpected(expected: string, token: Token): SyntaxError {
    return new SyntaxError(`Cannot parse record: expected ${expected}, found "${token.text}"`);
  }
}

/** Whether the text ends with a dot that no backslash takes its meaning from. */
function isAbsolute(text: string): boolean {
  if (!text.endsWith(".")) return false;
  let backslashes = 0;
  while (text.charAt(text.length - 2 - backslashes) === "\\") backslashes++;
  return backslashes % 2 === 0;
}
