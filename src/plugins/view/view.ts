import { QueryExpression } from "../../expression/query-expression.ts";
import type { MetadataTable } from "../../server/contract/metadata.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { View } from "../../server/contract/view.ts";
import type { ViewOptions } from "./parse.ts";

/** Makes its server block one for the queries for which all its conditions hold. */
export class ExpressionView implements Instance {
  readonly metadata: MetadataTable;
  readonly view: View;

  constructor({ name, conditions }: ViewOptions, context: PluginContext) {
    this.metadata = { "view/name": () => name };
    const expressions = conditions.map((one) => new QueryExpression(one, "view", context));
    const metadata = (label: string, query: Query): string => context.findMetadata(label, query);
    const holds = (one: QueryExpression, query: Query): boolean => {
      return one.evaluate({ query, metadata }) === true;
    };
    this.view = {
      name,
      takes: (query) => expressions.every((one) => holds(one, query)),
      refusal(query) {
        const index = expressions.findIndex((one) => !holds(one, query));
        const written = conditions[index];
        if (!written) return undefined;
        const { at, program } = written;
        return { at: `${at.file}:${at.line}`, condition: program.source };
      },
    };
  }
}
