import { atLeastOne, noBody, oneArgument, subDirectives } from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { QUERY_ENVIRONMENT } from "../../expression/query-environment.ts";
import type { WrittenExpression } from "../../expression/query-expression.ts";
import { readExpression } from "../../expression/query-expression.ts";

export interface ViewOptions {
  readonly name: string;
  /** All of them must hold. */
  readonly conditions: WrittenExpression[];
}

type Property = (sub: Directive, options: ViewOptions) => void;

const PROPERTIES: Record<string, Property> = {
  expr(sub, { conditions }) {
    conditions.push(readExpression(sub, atLeastOne(sub), QUERY_ENVIRONMENT));
  },
};

/** Reads `view NAME { expr EXPRESSION ... }`. */
export function parseViewDirective(directive: Directive): ViewOptions {
  const { text: name } = oneArgument(directive);
  for (const sub of directive.body) noBody(sub);
  return subDirectives(directive, PROPERTIES, { name, conditions: [] });
}
