import { definePlugin } from "../../server/contract/plugin.ts";
import { parseRewrite } from "./parse.ts";
import { Rewrite } from "./rewrite.ts";
import type { Rule } from "./rule.ts";

export const rewrite = definePlugin<readonly Rule[]>({
  name: "rewrite",
  parse: (directive) => [parseRewrite(directive)],
  merge: (all) => all.flat(),
  create: (rules, context) => new Rewrite(rules, context),
});
