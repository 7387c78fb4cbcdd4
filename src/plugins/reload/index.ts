import { definePlugin } from "../../server/contract/plugin.ts";
import { parseReload } from "./parse.ts";
import { Reload } from "./reload.ts";

export const reload = definePlugin({
  name: "reload",
  parse: parseReload,
  create: (options, context) => new Reload(options, context),
});
