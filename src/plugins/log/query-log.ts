import type { Logger } from "../../observe/log.ts";
import type { Instance } from "../../server/plugin.ts";
import type { Query } from "../../server/query.ts";
import type { Outcome } from "../../server/reply.ts";
import type { Replacement } from "./format.ts";
import { compileFormat } from "./format.ts";
import type { Rule } from "./parse.ts";
import { responseClass } from "./response-class.ts";

interface CompiledRule extends Rule {
  readonly line: Replacement;
}

/** Logs queries when they have been answered. */
export class QueryLog implements Instance {
  readonly #rules: readonly CompiledRule[];
  readonly #log: Logger;

  constructor(rules: readonly Rule[], log: Logger) {
    this.#rules = rules.map((rule) => ({ ...rule, line: compileFormat(rule.format) }));
    this.#log = log;
  }

  observe(query: Query, outcome: Outcome, octets: number): void {
    for (const { zone, classes, line } of this.#rules) {
      if (zone.key.length > 1 && !query.qname.isWithin(zone)) continue;
      if (!classes || classes.has(responseClass(query, outcome))) {
        // As a field, the message gets no `plugin/log: ` in front: these lines are parsed by others.
        this.#log.info({ msg: line(query, outcome, octets) });
      }
      return;
    }
  }
}
