import { Compiler } from "./compiler.ts";
import type { Environment } from "./environment.ts";
import { ExpressionError } from "./expression-error.ts";
import { BUILTINS } from "./functions/builtins.ts";
import type { Code } from "./machine.ts";
import { Machine } from "./machine.ts";
import { parseExpression } from "./parser.ts";
import { PREDICATE_FUNCTIONS } from "./syntax.ts";
import type { Type } from "./types.ts";
import type { Value } from "./value.ts";
import { toText } from "./value.ts";

/** An expression, ready to be evaluated. */
export class Program<Context> {
  readonly source: string;
  readonly #code: Code<Context>;
  readonly #compiler: Compiler<Context>;

  /** @throws {ExpressionError} with the place, and what was expected there. */
  constructor(source: string, environment: Environment<Context>) {
    this.source = source;
    const isBuiltin = (name: string): boolean => {
      return BUILTINS.has(name) && !Object.hasOwn(environment, name);
    };
    const compiler = (this.#compiler = new Compiler(environment));
    this.#code = guarded(() => compiler.compile(parseExpression(source, { isBuiltin })));
  }

  /** Names of what it needs of the environment, and `now`: without any it is always the same. */
  get uses(): ReadonlySet<string> {
    return this.#compiler.uses;
  }

  /** The first arguments of calls of a function, where they are strings as they stand. */
  literalArguments(functionName: string): string[] {
    const calls = this.#compiler.literalCalls.filter(({ name }) => name === functionName);
    return calls.map(({ argument }) => toText(argument));
  }

  get type(): Type {
    return this.#code.type;
  }

  /**
   * @throws {Error} for whatever comes in between: an `EvaluationError` mostly, for what cannot be
   * computed or is too much work; a RangeError for what is too deep.
   */
  evaluate(context: Context): Value {
    return this.#code.run(new Machine(context));
  }
}

/** Whether a variable may have this name. */
export function isVariableName(name: string, environment: Environment<never>): boolean {
  if (!/^[a-zA-Z_]\w*$/.test(name) || Object.hasOwn(environment, name)) return false;
  if (BUILTINS.has(name) || PREDICATE_FUNCTIONS.has(name) || name === "type") return false;
  try {
    return parseExpression(name, { isBuiltin: () => false }).kind === "name";
  } catch {
    return false;
  }
}

function guarded<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw new ExpressionError("too deep", 0);
    throw error;
  }
}
