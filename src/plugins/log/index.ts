import { definePlugin } from "../../server/contract/plugin.ts";
import { mergeRules, parseLog } from "./parse.ts";
import { QueryLog } from "./query-log.ts";

export const log = definePlugin({
  name: "log",
  parse: parseLog,
  merge: mergeRules,
  create: (rules, context) => new QueryLog(rules, context),
});
