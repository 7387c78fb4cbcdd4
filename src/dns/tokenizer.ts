import { Name } from "./name.ts";

/** A word of a master file (RFC 1035 §5.1), its escapes kept, its quotes taken off. */
export interface Token {
  readonly text: string;
  /** Whether it began with a quote, so that `"@"` and `""` are told from `@` and nothing. */
  readonly quoted: boolean;
  /** Counted from 1. */
  readonly line: number;
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

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/**
 * Cuts text in master-file format into entries: comments dropped, parentheses resolved, empty
 * lines left out.
 * @throws {TokenError} for a quote or a parenthesis without its partner.
 */
export function* tokenize(text: string): Generator<Entry, void> {
  let tokens: Token[] = [];
  let startsWithBlank = isBlank(text.charAt(0));
  let line = 1;
  const openedAt: number[] = [];
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    if (character === "\n") {
      at++;
      line++;
      if (openedAt.length > 0) continue;
      if (tokens.length > 0) yield { tokens, startsWithBlank };
      tokens = [];
      startsWithBlank = isBlank(text.charAt(at));
    } else if (character === ";") {
      const stop = text.indexOf("\n", at);
      at = stop === -1 ? text.length : stop;
    } else if (character === "(") {
      openedAt.push(line);
      at++;
    } else if (character === ")") {
      if (openedAt.pop() === undefined)
        throw new TokenError('Cannot read line: ")" without "("', line);
      at++;
    } else if (isBlank(character)) {
      at++;
    } else {
      const { token, end } = readToken(text, at, line);
      tokens.push(token);
      line += token.text.split("\n").length - 1;
      at = end;
    }
  }
  const unclosed = openedAt.pop();
  if (unclosed !== undefined) throw new TokenError('Cannot read line: "(" without ")"', unclosed);
  if (tokens.length > 0) yield { tokens, startsWithBlank };
}

/**
 * A quote may also begin behind `=`, as in `alpn="h2,h3"` (RFC 9460 §2.1). Within quotes, the end
 * of a line is a character as others are (RFC 1035 §5.1).
 */
function readToken(text: string, start: number, line: number): { token: Token; end: number } {
  let value = "";
  let inQuotes = false;
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (!inQuotes && (character === "\n" || isDelimiter(character))) break;
    if (character === "\\") {
      if (at + 1 === text.length || text.charAt(at + 1) === "\n") {
        throw new TokenError("Cannot read line: nothing behind the last backslash", line);
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
  if (inQuotes) throw new TokenError("Cannot read line: quote is not closed", line);
  return { token: { text: value, quoted: text.charAt(start) === '"', line }, end: at };
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
    return this.#tokens[Math.max(0, this.#at - 1)]?.line ?? 1;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /** `expected` is what the message says is missing: "an IPv4 address". */
  next(expected: string): Token {
    const token = this.#tokens[this.#at++];
    if (token) return token;
    this.#at = this.#tokens.length;
    throw new SyntaxError(`Cannot parse record: expected ${expected}, found its end`);
  }

  /** All that is left as one text: hex and base64 may be cut by blanks anywhere. */
  rest(): string {
    const left = this.#tokens.slice(this.#at);
    this.#at = this.#tokens.length;
    return left.map((token) => token.text).join("");
  }

  name(): Name {
    const { text, quoted } = this.next("a name");
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
  const backslashes = /(\\*)\.$/.exec(text)?.[1];
  return backslashes !== undefined && backslashes.length % 2 === 0;
}
