import type { Builtin } from "./builtin.ts";
import { CONVERSIONS } from "./conversions.ts";
import { LIST_FUNCTIONS } from "./lists.ts";
import { NUMBER_FUNCTIONS } from "./numbers.ts";
import { STRING_FUNCTIONS } from "./strings.ts";
import { TIME_FUNCTIONS } from "./times.ts";

/** All functions of the language but those with predicates. `type` is the query's, as in CoreDNS. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  [STRING_FUNCTIONS, NUMBER_FUNCTIONS, CONVERSIONS, LIST_FUNCTIONS, TIME_FUNCTIONS].flatMap(
    (table) => Object.entries(table),
  ),
);
