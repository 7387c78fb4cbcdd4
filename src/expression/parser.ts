import { ExpressionError } from "./expression-error.ts";
import type { Token } from "./lexer.ts";
import { MAX_DEPTH, MAX_LENGTH } from "./limits.ts";
import { parseNumberLiteral } from "./number-literal.ts";
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

class Parser {
  readonly #tokens: TokenReader;
  readonly #functions: Functions;
  /** How many predicates are open, in which `#` means something. */
  #predicates = 0;
  #depth = 0;
  readonly #heights = new WeakMap<Node, number>();

  constructor(source: string, functions: Functions) {
    this.#tokens = new TokenReader(source);
    this.#functions = functions;
  }

  parse(): Node {
    const node = this.#sequence();
    if (this.#tokens.current.kind !== "end")
      throw this.#tokens.unexpected("an operator or the end");
    return node;
  }

  /** Keeps trees low: whoever walks them calls himself. */
  #made(node: Node, ...parts: readonly (Node | undefined)[]): Node {
    const heights = parts.map((part) => (part && this.#heights.get(part)) ?? 0);
    const height = Math.max(0, ...heights) + 1;
    if (height > MAX_DEPTH) throw this.#tooDeep(node.at);
    this.#heights.set(node, height);
    return node;
  }

  #tooDeep(at: number): ExpressionError {
    return new ExpressionError(`too deep: more than ${MAX_DEPTH} operators in one another`, at);
  }

  #sequence(): Node {
    const { at } = this.#tokens.current;
    const parts = [this.#expression(0)];
    while (this.#tokens.accept(";")) {
      if (this.#tokens.current.kind === "end") break;
      parts.push(this.#expression(0));
    }
    const [only] = parts;
    if (only && parts.length === 1) return only;
    return this.#made({ kind: "sequence", parts, at }, ...parts);
  }

  #expression(precedence: number): Node {
    if (++this.#depth > MAX_DEPTH) throw this.#tooDeep(this.#tokens.current.at);
    try {
      if (precedence === 0 && this.#tokens.is("let")) return this.#let();
      if (precedence === 0 && this.#tokens.is("if")) return this.#if();
      const node = this.#operators(this.#primary(), precedence);
      return precedence === 0 ? this.#conditional(node) : node;
    } finally {
      this.#depth--;
    }
  }

  #operators(first: Node, precedence: number): Node {
    let left = first;
    let before = "";
    while (this.#tokens.current.kind === "operator") {
      const isNegated = this.#tokens.is("not");
      if (isNegated && !NEGATABLE.has(this.#tokens.next.text)) {
        this.#tokens.take();
        throw this.#tokens.unexpected('"in", "matches", "contains", "startsWith" or "endsWith"');
      }
      const token = isNegated ? this.#tokens.next : this.#tokens.current;
      const operator = BINARY.get(token.text);
      if (!operator || operator.precedence < precedence) break;
      if (isNegated) this.#tokens.take();
      this.#tokens.take();
      if (before === "??" && token.text !== "??" && token.text !== "|") {
        throw new ExpressionError(
          `"??" and "${token.text}" side by side: put one in brackets`,
          token.at,
        );
      }
      if (token.text === "|") left = this.#call(this.#tokens.expectName(), [left]);
      else if (COMPARISONS.has(token.text))
        left = this.#comparison(left, token, operator.precedence);
      else {
        const step = operator.isRightAssociative === true ? 0 : 1;
        left = this.#binary(token, left, this.#expression(operator.precedence + step));
        if (isNegated) left = this.#unary("not", left, token.at);
      }
      before = token.text;
    }
    return left;
  }

  #binary({ text, at }: { text: string; at: number }, left: Node, right: Node): Node {
    return this.#made({ kind: "binary", operator: text, left, right, at }, left, right);
  }

  #unary(operator: string, operand: Node, at: number): Node {
    return this.#made({ kind: "unary", operator, operand, at }, operand);
  }

  /** `1 < x < 3` is `1 < x && x < 3`. */
  #comparison(first: Node, firstToken: Token, precedence: number): Node {
    let left = first;
    let token = firstToken;
    let whole: Node | undefined;
    for (;;) {
      const right = this.#expression(precedence + 1);
      const one = this.#binary(token, left, right);
      whole = whole ? this.#binary({ text: "&&", at: token.at }, whole, one) : one;
      if (!COMPARISONS.has(this.#tokens.current.text) || this.#tokens.current.kind !== "operator") {
        return whole;
      }
      left = right;
      token = this.#tokens.take();
    }
  }

  #let(): Node {
    this.#tokens.expect("let");
    const { text: name, at } = this.#tokens.expectName();
    this.#tokens.expect("=", '"=" and a value');
    const value = this.#expression(0);
    this.#tokens.expect(";", '";" and what the variable is for');
    const body = this.#sequence();
    return this.#made({ kind: "let", name, value, body, at }, value, body);
  }

  #if(): Node {
    const { at } = this.#tokens.take();
    const test = this.#expression(0);
    const yes = this.#braced();
    this.#tokens.expect("else");
    const no = this.#tokens.is("if") ? this.#nestedIf() : this.#braced();
    return this.#made({ kind: "condition", test, yes, no, at }, test, yes, no);
  }

  #nestedIf(): Node {
    if (++this.#depth > MAX_DEPTH) throw this.#tooDeep(this.#tokens.current.at);
    const node = this.#if();
    this.#depth--;
    return node;
  }

  #braced(): Node {
    this.#tokens.expect("{");
    const node = this.#sequence();
    this.#tokens.expect("}");
    return node;
  }

  #conditional(first: Node): Node {
    let test = first;
    while (this.#tokens.is("?")) {
      const { at } = this.#tokens.take();
      const yes = this.#tokens.is(":") ? test : this.#expression(0);
      this.#tokens.expect(":", '":" and what is to be if not');
      const no = this.#expression(0);
      test = this.#made({ kind: "condition", test, yes, no, at }, test, yes, no);
    }
    return test;
  }

  #primary(): Node {
    const { kind, text, at } = this.#tokens.current;
    const unary = kind === "operator" && Object.hasOwn(UNARY, text) ? UNARY[text] : undefined;
    if (unary !== undefined) {
      this.#tokens.take();
      return this.#postfix(this.#unary(text, this.#expression(unary), at));
    }
    if (this.#tokens.accept("(")) {
      const inner = this.#sequence();
      this.#tokens.expect(")", 'an operator or ")"');
      return this.#postfix(inner);
    }
    if (this.#predicates > 0 && (this.#tokens.is("#") || this.#tokens.is("."))) {
      const isNamed = this.#tokens.accept("#") && this.#tokens.current.kind === "identifier";
      const name = isNamed ? this.#tokens.take().text : "";
      return this.#postfix(this.#made({ kind: "pointer", name, at }));
    }
    if (this.#tokens.accept("::")) return this.#postfix(this.#call(this.#tokens.expectName(), []));
    return this.#secondary();
  }

  #secondary(): Node {
    const { kind, text, at } = this.#tokens.current;
    if (kind === "identifier") return this.#name(this.#tokens.take());
    if (kind === "number") {
      return this.#made({ kind: "literal", value: parseNumberLiteral(this.#tokens.take()), at });
    }
    if (kind === "string" || kind === "bytes") {
      this.#tokens.take();
      const value = kind === "string" ? text : new Uint8Array(Buffer.from(text, "latin1"));
      return this.#postfix(this.#made({ kind: "literal", value, at }));
    }
    if (this.#tokens.is("[")) return this.#postfix(this.#array());
    if (this.#tokens.is("{")) return this.#postfix(this.#map());
    throw this.#tokens.unexpected("a value");
  }

  #name(token: Token): Node {
    const { text: name, at } = token;
    if (name === "true" || name === "false") {
      return this.#made({ kind: "literal", value: name === "true", at });
    }
    if (name === "nil") return this.#made({ kind: "literal", value: null, at });
    if (this.#tokens.is("(")) return this.#postfix(this.#call(token, []));
    return this.#postfix(this.#made({ kind: "name", name, at }));
  }

  /** @param piped what stood before the `|` */
  #call({ text: name, at }: Token, piped: readonly Node[]): Node {
    const predicate = PREDICATE_FUNCTIONS.get(name);
    if (predicate) {
      const args = this.#predicateArguments(name, predicate, piped);
      return this.#made({ kind: "builtin", name, args, at }, ...args);
    }
    const args = [...piped, ...this.#list("(", ")")];
    if (this.#functions.isBuiltin(name)) {
      return this.#made({ kind: "builtin", name, args, at }, ...args);
    }
    const callee = this.#made({ kind: "name", name, at });
    return this.#made({ kind: "call", callee, args, at }, callee, ...args);
  }

  #predicateArguments(
    name: string,
    { min, max }: { min: number; max: number },
    piped: readonly Node[],
  ): Node[] {
    const args = [...piped];
    this.#tokens.expect("(");
    for (let i = args.length; i < max && !this.#tokens.is(")"); i++) {
      if (i > piped.length) this.#tokens.expect(",");
      if (this.#tokens.is(")")) break;
      args.push(i === 1 ? this.#predicate() : this.#expression(0));
    }
    this.#tokens.accept(",");
    if (args.length < min) {
      throw this.#tokens.unexpected(`${min} arguments of "${name}", found ${args.length}`);
    }
    this.#tokens.expect(")", `an operator or ")" after the arguments of "${name}"`);
    return args;
  }

  #predicate(): Node {
    this.#predicates++;
    const node = this.#tokens.is("{") ? this.#braced() : this.#expression(0);
    this.#predicates--;
    return node;
  }

  /** Expressions with commas between; there may be one behind the last. */
  #list(open: string, close: string): Node[] {
    this.#tokens.expect(open);
    const nodes: Node[] = [];
    while (!this.#tokens.is(close)) {
      if (nodes.length > 0) this.#tokens.expect(",", `an operator, "," or "${close}"`);
      if (this.#tokens.is(close)) break;
      nodes.push(this.#expression(0));
    }
    this.#tokens.expect(close);
    return nodes;
  }

  #array(): Node {
    const { at } = this.#tokens.current;
    const elements = this.#list("[", "]");
    return this.#made({ kind: "array", elements, at }, ...elements);
  }

  #map(): Node {
    const { at } = this.#tokens.current;
    const pairs: { key: Node; value: Node }[] = [];
    this.#tokens.expect("{");
    while (!this.#tokens.is("}")) {
      if (pairs.length > 0) this.#tokens.expect(",", 'an operator, "," or "}"');
      if (this.#tokens.is("}")) break;
      const key = this.#key();
      this.#tokens.expect(":");
      pairs.push({ key, value: this.#expression(0) });
    }
    this.#tokens.expect("}");
    return this.#made(
      { kind: "map", pairs, at },
      ...pairs.flatMap((pair) => [pair.key, pair.value]),
    );
  }

  #key(): Node {
    const { kind, text, at } = this.#tokens.current;
    if (this.#tokens.is("(")) return this.#expression(0);
    if (kind !== "number" && kind !== "string" && kind !== "identifier") {
      throw this.#tokens.unexpected(
        "a key: a name, a string, a number or an expression in brackets",
      );
    }
    this.#tokens.take();
    return this.#made({ kind: "literal", value: text, at });
  }

  #postfix(first: Node): Node {
    let node = first;
    for (;;) {
      const isOptional = this.#tokens.is("?.");
      if (isOptional && this.#tokens.next.text === "[" && this.#tokens.next.kind === "bracket") {
        this.#tokens.take();
      } else if (isOptional || this.#tokens.is(".")) {
        node = this.#member(node, isOptional);
        continue;
      }
      if (!this.#tokens.is("[")) return node;
      node = this.#index(node, isOptional);
    }
  }

  #member(node: Node, isOptional: boolean): Node {
    this.#tokens.take();
    const { kind, text, at } = this.#tokens.current;
    const isWord = kind === "operator" && /^\p{L}+$/u.test(text);
    if (kind !== "identifier" && !isWord) throw this.#tokens.unexpected("a name");
    this.#tokens.take();
    const isChain = node.kind === "chain";
    const of = isChain ? node.of : node;
    const key = this.#made({ kind: "literal", value: text, at });
    let made = this.#made({ kind: "member", of, key, isOptional, at }, of, key);
    if (this.#tokens.is("(")) {
      const args = this.#list("(", ")");
      made = this.#made({ kind: "call", callee: made, args, at }, made, ...args);
    }
    return isChain || isOptional ? this.#made({ kind: "chain", of: made, at }, made) : made;
  }

  #index(of: Node, isOptional: boolean): Node {
    const { at } = this.#tokens.take();
    const from = this.#tokens.is(":") ? undefined : this.#expression(0);
    if (this.#tokens.accept(":")) {
      const to = this.#tokens.is("]") ? undefined : this.#expression(0);
      this.#tokens.expect("]");
      const bounds = { ...(from && { from }), ...(to && { to }) };
      return this.#made({ kind: "slice", of, ...bounds, at }, of, from, to);
    }
    this.#tokens.expect("]", 'an operator, ":" or "]"');
    if (!from) throw this.#tokens.unexpected("an index");
    const member = this.#made({ kind: "member", of, key: from, isOptional, at }, of, from);
    return isOptional ? this.#made({ kind: "chain", of: member, at }, member) : member;
  }
}
