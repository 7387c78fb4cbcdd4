import { definePlugin } from "../../server/contract/plugin.ts";
import { Local } from "./local.ts";
import { parseLocal } from "./parse.ts";

export const local = definePlugin({
  name: "local",
  parse: parseLocal,
  merge: (all) => ({ hasPrefix: all.findLast((one) => one.hasPrefix !== undefined)?.hasPrefix }),
  create: (options, context) => new Local(options, context),
});
