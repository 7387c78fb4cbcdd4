import { definePlugin } from "../../server/contract/plugin.ts";
import { parseTransfer } from "./parse.ts";
import { Transfer } from "./transfer.ts";

export const transfer = definePlugin({
  name: "transfer",
  parse: parseTransfer,
  merge: (all) => all.flat(),
  create: (rules, context) => new Transfer(rules, context),
});
