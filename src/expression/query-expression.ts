import type { Directive, Token } from "../corefile/directive.ts";
import type { PluginContext } from "../server/contract/plugin.ts";
import type { Query } from "../server/contract/query.ts";
import type { Environment } from "./environment.ts";
import { ExpressionError } from "./expression-error.ts";
import { formatValue } from "./format.ts";
import { Machine } from "./machine.ts";
import { Program } from "./program.ts";
import type { QueryContext } from "./query-environment.ts";
import { formatType } from "./types.ts";
import type { Value } from "./value.ts";

/** An expression in a Corefile. */
export interface WrittenExpression<Context extends QueryContext = QueryContext> {
  readonly program: Program<Context>;
  /** Where it begins, to blame. */
  readonly at: Token;
}

/**
 * Reads the expression that words of a directive are, with one space between them.
 * @throws {CorefileError} with the line, the column in the expression, and what was expected there.
 */
export function readExpression<Context extends QueryContext>(
  sub: Directive,
  words: readonly Token[],
  environment: Environment<Context>,
): WrittenExpression<Context> {
  const source = words.map(({ text }) => text).join(" ");
  try {
    return { program: new Program(source, environment), at: words[0] ?? sub.name };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const where = `column ${error.at + 1} of ${JSON.stringify(source)}`;
    throw sub.error(`cannot parse expression: ${where}: ${error.message}`, wordAt(words, error.at));
  }
}

function wordAt(words: readonly Token[], offset: number): Token | undefined {
  let end = 0;
  return words.find(({ text }) => (end += text.length + 1) > offset) ?? words.at(-1);
}

/** Why a condition can hold for no query; undefined if it may for one. */
export function whyNeverTrue<Context extends QueryContext>({
  program,
}: WrittenExpression<Context>): string | undefined {
  const { type } = program;
  if (type.kind !== "bool" && type.kind !== "unknown") return `it is a ${formatType(type)}`;
  if (program.uses.size > 0) return undefined;
  try {
    const value = program.evaluate(undefined as never);
    return value === true
      ? undefined
      : `it is always ${formatValue(value, new Machine(undefined))}`;
  } catch (error) {
    return `it always fails: ${reasonOf(error)}`;
  }
}

/**
 * Evaluates an expression for queries. One that fails is counted each time, and told once: it may
 * be for each query.
 */
export class QueryExpression<Context extends QueryContext = QueryContext> {
  readonly #program: Program<Context>;
  readonly #log: PluginContext["log"];
  readonly #failures: { value: number };
  #hasFailed = false;

  /** @throws {CorefileError} for metadata that nobody provides. */
  constructor(
    { program, at }: WrittenExpression<Context>,
    plugin: string,
    context: Pick<PluginContext, "log" | "metrics" | "metadata" | "serverLabel" | "settings">,
  ) {
    this.#program = program;
    this.#log = context.log;
    this.#failures = context.metrics
      .counter("portolan_expression_failures_total", "Expressions that could not be evaluated.", [
        "server",
        "view",
        "plugin",
      ])
      .with(context.serverLabel, context.settings.view ?? "", plugin);
    for (const label of program.literalArguments("metadata")) context.metadata(label, at);
  }

  /** Undefined if it came to nothing. */
  evaluate(context: Context): Value | undefined {
    try {
      return this.#program.evaluate(context);
    } catch (error) {
      this.#failures.value++;
      this.#tell(context.query, reasonOf(error));
      return undefined;
    }
  }

  #tell({ qname }: Query, reason: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const source = JSON.stringify(this.#program.source);
    this.#log.warn(
      `Cannot evaluate ${source} for "${qname}": ${reason}; further failures are only counted`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof RangeError ? "it is too deep" : (error as Error).message;
}
