import { definePlugin } from "../../server/contract/plugin.ts";
import { parseTsig } from "./parse.ts";
import { Tsig } from "./tsig.ts";

export const tsig = definePlugin({
  name: "tsig",
  once: true,
  parse: parseTsig,
  create: (options, context) => new Tsig(options, context),
});
