import { definePlugin } from "../../server/contract/plugin.ts";
import { Auto } from "./auto.ts";
import { parseAuto } from "./parse.ts";

export const auto = definePlugin({
  name: "auto",
  parse: parseAuto,
  create: (options, context) => new Auto(options, context),
});
