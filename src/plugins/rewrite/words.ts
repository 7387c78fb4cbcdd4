import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";

/** The words of one `rewrite`, those of its block behind those of its line. */
export class Words {
  readonly #all: readonly Token[];
  readonly #directive: Directive;
  #at = 0;

  constructor(directive: Directive) {
    const { args, body } = directive;
    if (args.length > 1 && directive.hasBody) {
      throw directive.error(
        'unexpected "{": a rule stands in the line or in the block, not in both',
      );
    }
    for (const line of body) {
      if (line.hasBody) throw line.error('unexpected "{": there are no blocks inside a rule');
    }
    this.#directive = directive;
    this.#all = [...args, ...body.flatMap((line) => [line.name, ...line.args])];
  }

  /** How many are left. */
  get left(): number {
    return this.#all.length - this.#at;
  }

  /** The next word, if there is one, without taking it. */
  peek(ahead = 0): string | undefined {
    return this.#all[this.#at + ahead]?.text;
  }

  /** Takes the next word if it is this one. */
  takes(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#at++;
    return true;
  }

  /** @throws {CorefileError} if there is none. */
  next(what: string): Token {
    const token = this.#all[this.#at];
    if (!token)
      throw this.#directive.error(`missing argument: expected ${what} behind "${this.#last()}"`);
    this.#at++;
    return token;
  }

  /** @throws {CorefileError} if something is left. */
  end(): void {
    const surplus = this.#all[this.#at];
    if (surplus) throw tokenError(surplus, `unexpected "${surplus.text}": the rule ends before it`);
  }

  toString(): string {
    return this.#all.map(({ text }) => text).join(" ");
  }

  #last(): string {
    return this.#all[this.#at - 1]?.text ?? "rewrite";
  }
}
