import { definePlugin } from "../../server/contract/plugin.ts";
import { Erratic } from "./erratic.ts";
import { mergeErratic, parseErratic } from "./parse.ts";

export const erratic = definePlugin({
  name: "erratic",
  parse: parseErratic,
  merge: mergeErratic,
  reach: () => ({ handsOn: [] }),
  create: (options) => new Erratic(options),
});
