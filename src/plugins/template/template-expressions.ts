import { QueryExpression } from "../../expression/query-expression.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { TemplateOptions } from "./parse.ts";
import type { TemplateContext } from "./template-environment.ts";

/** What asks for nothing but the question, which all have in common who ask the same. */
const OF_THE_QUESTION: ReadonlySet<string> = new Set(["name", "type", "class", "incidr", "group"]);

/** The variables and conditions of one template. */
export class TemplateExpressions {
  /** Whether another client may get something else. */
  readonly dependOnClient: boolean;
  readonly #variables: readonly { name: string; expression: QueryExpression<TemplateContext> }[];
  readonly #conditions: readonly QueryExpression<TemplateContext>[];

  constructor({ variables, conditions }: TemplateOptions, context: PluginContext) {
    this.#variables = variables.map(({ name, expression }) => {
      return { name, expression: new QueryExpression(expression, "template", context) };
    });
    this.#conditions = conditions.map((one) => new QueryExpression(one, "template", context));
    const harmless = new Set([...OF_THE_QUESTION, ...variables.map(({ name }) => name)]);
    const written = [...variables.map(({ expression }) => expression), ...conditions];
    this.dependOnClient = written.some(({ program }) => !program.uses.isSubsetOf(harmless));
  }

  /** Fills in the variables. "failed" if something could not be evaluated, "unmet" if not true. */
  evaluate(context: TemplateContext): "met" | "unmet" | "failed" {
    for (const { name, expression } of this.#variables) {
      const value = expression.evaluate(context);
      if (value === undefined) return "failed";
      context.variables.set(name, value);
    }
    for (const condition of this.#conditions) {
      const value = condition.evaluate(context);
      if (value === undefined) return "failed";
      if (value !== true) return "unmet";
    }
    return "met";
  }
}
