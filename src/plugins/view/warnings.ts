import type { Directive } from "../../corefile/directive.ts";
import { whyNeverTrue } from "../../expression/query-expression.ts";
import type { Warning } from "../../server/contract/reach.ts";
import type { ViewOptions } from "./parse.ts";

/** Conditions that hold for no query. */
export function* warningsOfView(
  { name, conditions }: ViewOptions,
  directive: Directive,
): Iterable<Warning> {
  for (const condition of conditions) {
    const reason = whyNeverTrue(condition);
    if (reason === undefined) continue;
    const source = JSON.stringify(condition.program.source);
    yield directive.error(`view "${name}" takes no query: ${source}: ${reason}`, condition.at);
  }
}
