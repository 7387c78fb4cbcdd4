import { ExpressionError } from "./expression-error.ts";
import type { Token } from "./lexer.ts";
import { tokenize } from "./lexer.ts";

/** Goes through the words of an expression. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: string) {
    this.#tokens = tokenize(source);
  }

  get current(): Token {
    return this.#tokens[this.#at] as Token;
  }

  get next(): Token {
    return this.#tokens[this.#at + 1] ?? this.current;
  }

  take(): Token {
    const { current } = this;
    if (current.kind !== "end") this.#at++;
    return current;
  }

  is(text: string): boolean {
    const { kind, text: found } = this.current;
    return found === text && (kind === "operator" || kind === "bracket");
  }

  /** Takes the operator or bracket if it is there. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.take();
    return true;
  }

  /** @param what that is expected of it, for the message */
  expect(text: string, what = `"${text}"`): void {
    if (!this.accept(text)) throw this.unexpected(what);
  }

  expectName(): Token {
    if (this.current.kind !== "identifier") throw this.unexpected("a name");
    return this.take();
  }

  unexpected(expected: string): ExpressionError {
    const { kind, text, at } = this.current;
    const found = kind === "end" ? "end of the expression" : JSON.stringify(text);
    return new ExpressionError(`unexpected ${found}, expected ${expected}`, at);
  }
}
