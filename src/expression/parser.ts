import { ExpressionError } from "./expression-error.ts";
import type { Token } from "./lexer.ts";
import { parseArray, parseList, parseMap } from "./collection-parser.ts";
import { MAX_DEPTH, MAX_LENGTH } from "./limits.ts";
import { parseNumberLiteral } from "./number-literal.ts";
import type { PartParser } from "./part-parser.ts";
import { TreeBuilder, tooDeep } from "./part-parser.ts";
import { parsePostfix } from "./postfix-parser.ts";
import type { Node } from "./syntax.ts";
import { BINARY, COMPARISONS, NEGATABLE, PREDICATE_FUNCTIONS, UNARY } from "./syntax.ts";
import { TokenReader } from "./token-reader.ts";

/** What stands where a name is followed by brackets. */
export interface Functions {
  /** Whether the language itself has it, and it is not overridden. */
  isBuiltin(name: string): boolean;
}

/**
 * Reads an expression of expr-lang 1.17.
 * @throws {ExpressionError} with the place and what was expected there.
 */
export function parseExpression(source: string, functions: Functions): Node {
  if (source.length > MAX_LENGTH) {
    throw new ExpressionError(`too long: ${source.length} characters, at most ${MAX_LENGTH}`, 0);
  }
  return new Parser(source, functions).parse();
}

class Parser implements PartParser {
  readonly tokens: TokenReader;
  readonly tree = new TreeBuilder();
  readonly #functions: Functions;
  /** How many predicates are open, in which `#` means something. */
  #predicates = 0;
  #depth = 0;

  constructor(source: string, functions: Functions) {
    this.tokens = new TokenReader(source);
    this.#functions = functions;
  }

  parse(): Node {
    const node = this.#sequence();
    if (this.tokens.current.kind !== "end") throw this.tokens.unexpected("an operator or the end");
    return node;
  }

  #sequence(): Node {
    const { at } = this.tokens.current;
    const parts = [this.expression(0)];
    while (this.tokens.accept(";")) {
      if (this.tokens.current.kind === "end") break;
      parts.push(this.expression(0));
    }
    const [only] = parts;
    if (only && parts.length === 1) return only;
    return this.tree.make({ kind: "sequence", parts, at }, ...parts);
  }

  expression(precedence: number): Node {
    if (++this.#depth > MAX_DEPTH) throw tooDeep(this.tokens.current.at);
    try {
      if (precedence === 0 && this.tokens.is("let")) return this.#let();
      if (precedence === 0 && this.tokens.is("if")) return this.#if();
      const node = this.#operators(this.#primary(), precedence);
      return precedence === 0 ? this.#conditional(node) : node;
    } finally {
      this.#depth--;
    }
  }

  #operators(first: Node, precedence: number): Node {
    let left = first;
    let before = "";
    while (this.tokens.current.kind === "operator") {
      const isNegated = this.tokens.is("not");
      if (isNegated && !NEGATABLE.has(this.tokens.next.text)) {
        this.tokens.take();
        throw this.tokens.unexpected('"in", "matches", "contains", "startsWith" or "endsWith"');
      }
      const token = isNegated ? this.tokens.next : this.tokens.current;
      const operator = BINARY.get(token.text);
      if (!operator || operator.precedence < precedence) break;
      if (isNegated) this.tokens.take();
      this.tokens.take();
      if (before === "??" && token.text !== "??" && token.text !== "|") {
        throw new ExpressionError(
          `"??" and "${token.text}" side by side: put one in brackets`,
          token.at,
        );
      }
      if (token.text === "|") left = this.#call(this.tokens.expectName(), [left]);
      else if (COMPARISONS.has(token.text))
        left = this.#comparison(left, token, operator.precedence);
      else {
        const step = operator.isRightAssociative === true ? 0 : 1;
        left = this.#binary(token, left, this.expression(operator.precedence + step));
        if (isNegated) left = this.#unary("not", left, token.at);
      }
      before = token.text;
    }
    return left;
  }

  #binary({ text, at }: { text: string; at: number }, left: Node, right: Node): Node {
    return this.tree.make({ kind: "binary", operator: text, left, right, at }, left, right);
  }

  #unary(operator: string, operand: Node, at: number): Node {
    return this.tree.make({ kind: "unary", operator, operand, at }, operand);
  }

  /** `1 < x < 3` is `1 < x && x < 3`. */
  #comparison(first: Node, firstToken: Token, precedence: number): Node {
    let left = first;
    let token = firstToken;
    let whole: Node | undefined;
    for (;;) {
      const right = this.expression(precedence + 1);
      const one = this.#binary(token, left, right);
      whole = whole ? this.#binary({ text: "&&", at: token.at }, whole, one) : one;
      if (!COMPARISONS.has(this.tokens.current.text) || this.tokens.current.kind !== "operator") {
        return whole;
      }
      left = right;
      token = this.tokens.take();
    }
  }

  #let(): Node {
    this.tokens.expect("let");
    const { text: name, at } = this.tokens.expectName();
    this.tokens.expect("=", '"=" and a value');
    const value = this.expression(0);
    this.tokens.expect(";", '";" and what the variable is for');
    const body = this.#sequence();
    return this.tree.make({ kind: "let", name, value, body, at }, value, body);
  }

  #if(): Node {
    const { at } = this.tokens.take();
    const test = this.expression(0);
    const yes = this.#braced();
    this.tokens.expect("else");
    const no = this.tokens.is("if") ? this.#nestedIf() : this.#braced();
    return this.tree.make({ kind: "condition", test, yes, no, at }, test, yes, no);
  }

  #nestedIf(): Node {
    if (++this.#depth > MAX_DEPTH) throw tooDeep(this.tokens.current.at);
    const node = this.#if();
    this.#depth--;
    return node;
  }

  #braced(): Node {
    this.tokens.expect("{");
    const node = this.#sequence();
    this.tokens.expect("}");
    return node;
  }

  #conditional(first: Node): Node {
    let test = first;
    while (this.tokens.is("?")) {
      const { at } = this.tokens.take();
      const yes = this.tokens.is(":") ? test : this.expression(0);
      this.tokens.expect(":", '":" and what is to be if not');
      const no = this.expression(0);
      test = this.tree.make({ kind: "condition", test, yes, no, at }, test, yes, no);
    }
    return test;
  }

  #primary(): Node {
    const { kind, text, at } = this.tokens.current;
    const unary = kind === "operator" && Object.hasOwn(UNARY, text) ? UNARY[text] : undefined;
    if (unary !== undefined) {
      this.tokens.take();
      return parsePostfix(this, this.#unary(text, this.expression(unary), at));
    }
    if (this.tokens.accept("(")) {
      const inner = this.#sequence();
      this.tokens.expect(")", 'an operator or ")"');
      return parsePostfix(this, inner);
    }
    if (this.#predicates > 0 && (this.tokens.is("#") || this.tokens.is("."))) {
      const isNamed = this.tokens.accept("#") && this.tokens.current.kind === "identifier";
      const name = isNamed ? this.tokens.take().text : "";
      return parsePostfix(this, this.tree.make({ kind: "pointer", name, at }));
    }
    if (this.tokens.accept("::"))
      return parsePostfix(this, this.#call(this.tokens.expectName(), []));
    return this.#secondary();
  }

  #secondary(): Node {
    const { kind, text, at } = this.tokens.current;
    if (kind === "identifier") return this.#name(this.tokens.take());
    if (kind === "number") {
      return this.tree.make({ kind: "literal", value: parseNumberLiteral(this.tokens.take()), at });
    }
    if (kind === "string" || kind === "bytes") {
      this.tokens.take();
      const value = kind === "string" ? text : new Uint8Array(Buffer.from(text, "latin1"));
      return parsePostfix(this, this.tree.make({ kind: "literal", value, at }));
    }
    if (this.tokens.is("[")) return parsePostfix(this, parseArray(this));
    if (this.tokens.is("{")) return parsePostfix(this, parseMap(this));
    throw this.tokens.unexpected("a value");
  }

  #name(token: Token): Node {
    const { text: name, at } = token;
    if (name === "true" || name === "false") {
      return this.tree.make({ kind: "literal", value: name === "true", at });
    }
    if (name === "nil") return this.tree.make({ kind: "literal", value: null, at });
    if (this.tokens.is("(")) return parsePostfix(this, this.#call(token, []));
    return parsePostfix(this, this.tree.make({ kind: "name", name, at }));
  }

  /** @param piped what stood before the `|` */
  #call({ text: name, at }: Token, piped: readonly Node[]): Node {
    const predicate = PREDICATE_FUNCTIONS.get(name);
    if (predicate) {
      const args = this.#predicateArguments(name, predicate, piped);
      return this.tree.make({ kind: "builtin", name, args, at }, ...args);
    }
    const args = [...piped, ...parseList(this, "(", ")")];
    if (this.#functions.isBuiltin(name)) {
      return this.tree.make({ kind: "builtin", name, args, at }, ...args);
    }
    const callee = this.tree.make({ kind: "name", name, at });
    return this.tree.make({ kind: "call", callee, args, at }, callee, ...args);
  }

  #predicateArguments(
    name: string,
    { min, max }: { min: number; max: number },
    piped: readonly Node[],
  ): Node[] {
    const args = [...piped];
    this.tokens.expect("(");
    for (let i = args.length; i < max && !this.tokens.is(")"); i++) {
      if (i > piped.length) this.tokens.expect(",");
      if (this.tokens.is(")")) break;
      args.push(i === 1 ? this.#predicate() : this.expression(0));
    }
    this.tokens.accept(",");
    if (args.length < min) {
      throw this.tokens.unexpected(`${min} arguments of "${name}", found ${args.length}`);
    }
    this.tokens.expect(")", `an operator or ")" after the arguments of "${name}"`);
    return args;
  }

  #predicate(): Node {
    this.#predicates++;
    const node = this.tokens.is("{") ? this.#braced() : this.expression(0);
    this.#predicates--;
    return node;
  }
}
