import type { ActionToken } from "./lexer.ts";
import type { Command, Operand, OperandBase, Pipeline, Scope } from "./syntax.ts";
import { TemplateError } from "./syntax.ts";

const LITERALS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/**
 * Reads the tokens of one action as a pipeline; variables it declares are added to the scope.
 * @param isRange whether two variables may be declared
 * @throws {TemplateError} for what is no pipeline.
 */
export function parsePipeline(
  tokens: readonly ActionToken[],
  scope: Scope,
  isRange = false,
): Pipeline {
  const parser = new PipelineParser(tokens, scope);
  const pipeline = parser.pipeline(isRange);
  parser.expectEnd();
  return pipeline;
}

class PipelineParser {
  readonly #tokens: readonly ActionToken[];
  readonly #scope: Scope;
  #at = 0;

  constructor(tokens: readonly ActionToken[], scope: Scope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  pipeline(isRange: boolean): Pipeline {
    const { variables, isDeclaration } = this.#variables(isRange);
    const commands = [this.#command(0)];
    while (this.#take("|")) commands.push(this.#command(1));
    for (const name of variables) this.#scope.variables.add(name);
    return { variables, isDeclaration, commands };
  }

  expectEnd(): void {
    const token = this.#tokens[this.#at];
    if (token) throw new TemplateError(`unexpected "${token.text}"`);
  }

  /** `$x :=`, `$x =`, or `$i, $x :=`, if the pipeline begins so. */
  #variables(isRange: boolean): { variables: string[]; isDeclaration: boolean } {
    const [first, second, third, fourth] = this.#tokens.slice(this.#at);
    if (first?.kind !== "variable") return { variables: [], isDeclaration: false };
    if (second?.text === ":=" || second?.text === "=") {
      this.#at += 2;
      const isDeclaration = second.text === ":=";
      if (!isDeclaration) this.#expectVariable(first.text);
      return { variables: [first.text], isDeclaration };
    }
    if (isRange && second?.text === "," && third?.kind === "variable" && fourth?.text === ":=") {
      this.#at += 4;
      return { variables: [first.text, third.text], isDeclaration: true };
    }
    return { variables: [], isDeclaration: false };
  }

  /** @param piped number of arguments that the command before provides */
  #command(piped: number): Command {
    const subject = this.#operand();
    const args: Operand[] = [];
    while (this.#atOperand()) args.push(this.#operand());
    for (const arg of args) this.#judge(arg, 0);
    this.#judge(subject, args.length + piped);
    return { subject, args };
  }

  /** Whether the subject takes that many arguments; what fields are is known only later. */
  #judge({ base, fields }: Operand, count: number): void {
    if (base.kind === "function") {
      const arity = this.#scope.vocabulary.functions.get(base.name);
      if (!arity || count < arity.min || count > arity.max) {
        throw new TemplateError(`wrong number of arguments for "${base.name}": ${count}`);
      }
    } else if (count > 0 && fields.length === 0) {
      throw new TemplateError("arguments behind a value that is no function");
    }
  }

  #atOperand(): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && (token.kind !== "sign" || token.text === "(");
  }

  #operand(): Operand {
    const token = this.#tokens[this.#at++];
    if (!token) throw new TemplateError("value missing");
    const fields: string[] = [];
    const base = this.#base(token);
    if (token.kind === "field") fields.push(token.text.slice(1));
    for (;;) {
      const next = this.#tokens[this.#at];
      if (next?.kind !== "field" || next.isAfterSpace) break;
      fields.push(next.text.slice(1));
      this.#at++;
    }
    this.#judgeField(base, fields[0]);
    return { base, fields };
  }

  #judgeField(base: OperandBase, field: string | undefined): void {
    const isData = base.kind === "dot" ? this.#scope.isDotRoot : isRootVariable(base);
    if (field === undefined || !isData) return;
    const { fields } = this.#scope.vocabulary;
    if (!fields.has(field)) {
      throw new TemplateError(`no field ".${field}", there are: .${[...fields].join(" .")}`);
    }
  }

  #base(token: ActionToken): OperandBase {
    switch (token.kind) {
      case "dot":
      case "field":
        return { kind: "dot" };
      case "string":
        return { kind: "literal", value: unquote(token.text) };
      case "number":
        return { kind: "literal", value: parseNumber(token.text) };
      case "variable":
        this.#expectVariable(token.text);
        return { kind: "variable", name: token.text };
      case "word":
        return this.#word(token.text);
      default:
        return this.#parenthesis(token);
    }
  }

  #word(text: string): OperandBase {
    if (text === "nil") return { kind: "nil" };
    const literal = LITERALS.get(text);
    if (literal !== undefined) return { kind: "literal", value: literal };
    const { functions } = this.#scope.vocabulary;
    if (functions.has(text)) return { kind: "function", name: text };
    throw new TemplateError(`no function "${text}", there are: ${[...functions.keys()].join(" ")}`);
  }

  #parenthesis(token: ActionToken): OperandBase {
    if (token.text !== "(") throw new TemplateError(`unexpected "${token.text}"`);
    const pipeline = this.pipeline(false);
    if (!this.#take(")")) throw new TemplateError(`"(" without ")"`);
    return { kind: "pipeline", pipeline };
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "sign" || token.text !== sign) return false;
    this.#at++;
    return true;
  }

  #expectVariable(name: string): void {
    if (!this.#scope.variables.has(name)) throw new TemplateError(`no variable "${name}"`);
  }
}

function isRootVariable(base: OperandBase): boolean {
  return base.kind === "variable" && base.name === "$";
}

/** Integers are bigints, as Go's have 64 bits; what has a point is a float. */
function parseNumber(text: string): bigint | number {
  if (text.includes(".")) return Number(text);
  const value = BigInt(text.replace(/^[+-]/, ""));
  return text.startsWith("-") ? -value : value;
}

/** A Go string, "interpreted" or `raw`. */
function unquote(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith("`")) return inner;
  return inner.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/g, (_all, escape: string) => {
    if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    const plain = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"' }[escape];
    if (plain === undefined) throw new TemplateError(`unknown escape "\\${escape}"`);
    return plain;
  });
}
