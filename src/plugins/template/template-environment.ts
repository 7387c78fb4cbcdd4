import type { Environment } from "../../expression/environment.ts";
import { formatValue } from "../../expression/format.ts";
import { Machine } from "../../expression/machine.ts";
import type { Payer } from "../../expression/operations.ts";
import type { QueryContext } from "../../expression/query-environment.ts";
import { QUERY_ENVIRONMENT } from "../../expression/query-environment.ts";
import { STRING, UNKNOWN, signature } from "../../expression/types.ts";
import type { Value } from "../../expression/value.ts";
import { elementsOf, fromText, toText } from "../../expression/value.ts";
import type { Value as TemplateValue } from "../../go-template/value.ts";
import type { NameMatch } from "./name-match.ts";

/** What an expression of *template* can see. */
export interface TemplateContext extends QueryContext {
  readonly match: NameMatch;
  /** Those declared before, by name. */
  readonly variables: Map<string, Value>;
}

export const TEMPLATE_ENVIRONMENT: Environment<TemplateContext> = {
  ...QUERY_ENVIRONMENT,
  group: {
    type: signature([UNKNOWN], STRING),
    call([which = null], { match: { groups, named } }) {
      if (typeof which === "bigint") return fromText(groups[Number(which)] ?? "");
      if (typeof which !== "string") return "";
      const isNumber = /^(?:0|[1-9]\d*)$/.test(which);
      const name = toText(which);
      return fromText((isNumber ? groups[Number(name)] : own(named, name)) ?? "");
    },
  },
};

function own(named: NameMatch["named"], name: string): string | null | undefined {
  return Object.hasOwn(named, name) ? named[name] : undefined;
}

/**
 * The value of a variable, for `.Var`. Of what templates do not know they get the text.
 * @throws {EvaluationError} if it is too much.
 */
export function templateValue(value: Value, payer: Payer = new Machine(undefined)): TemplateValue {
  payer.spend(1);
  if (value === null) return undefined;
  if (typeof value === "string") return toText(value);
  if (typeof value !== "object") return value;
  const elements = elementsOf(value);
  if (elements) return elements.map((one) => templateValue(one, payer));
  if (!(value instanceof Map)) return toText(formatValue(value, payer));
  return new Map(
    [...(value as ReadonlyMap<Value, Value>)].map(([key, one]) => {
      return [toText(formatValue(key, payer)), templateValue(one, payer)];
    }),
  );
}
