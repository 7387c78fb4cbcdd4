import { definePlugin } from "../../server/contract/plugin.ts";
import { Health } from "./health.ts";
import { parseHealth } from "./parse.ts";

export const health = definePlugin({
  name: "health",
  parse: parseHealth,
  create: (options, context) => new Health(options, context),
});
