import type { Logger } from "../../observe/log.ts";
import { isStructured } from "../../observe/log.ts";
import type { Exchange } from "../../server/contract/exchange.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import type { Replacement } from "./format.ts";
import { compileFormat } from "./format.ts";
import { queryFields } from "./query-fields.ts";
import type { Rule } from "./parse.ts";
import { responseClass } from "./response-class.ts";

interface CompiledRule extends Rule {
  readonly line: Replacement;
}

/** Logs queries when they have been answered. */
export class QueryLog implements Instance {
  readonly #rules: readonly CompiledRule[];
  readonly #log: Logger;
  readonly #isStructured: boolean;

  constructor(rules: readonly Rule[], context: PluginContext) {
    this.#rules = rules.map((rule) => {
      const { format, at } = rule;
      return { ...rule, line: compileFormat(format, (label) => context.metadata(label, at)) };
    });
    this.#log = context.log;
    this.#isStructured = isStructured(context.log);
  }

  observe({ query, outcome, octets }: Exchange): void {
    for (const { zone, classes, line } of this.#rules) {
      if (zone.key.length > 1 && !query.qname.isWithin(zone)) continue;
      if (!classes || classes.has(responseClass(query, outcome))) {
        this.#write(line(query, outcome, octets), query, outcome, octets);
      }
      return;
    }
  }

  #write(msg: string, query: Query, outcome: Outcome, octets: number): void {
    // As a field, the message gets no `plugin/log: ` in front: these lines are parsed by others.
    if (!this.#isStructured) this.#log.info({ msg });
    else this.#log.info(queryFields(query, outcome, octets), msg);
  }
}
