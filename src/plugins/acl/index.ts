import { definePlugin } from "../../server/contract/plugin.ts";
import { Acl } from "./acl.ts";
import { parseAcl } from "./parse.ts";

export const acl = definePlugin({
  name: "acl",
  parse: (directive) => [parseAcl(directive)],
  merge: (all) => all.flat(),
  create: (rules, context) => new Acl(rules, context),
});
