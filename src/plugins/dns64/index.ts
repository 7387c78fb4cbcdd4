import { definePlugin } from "../../server/contract/plugin.ts";
import { Dns64 } from "./dns64.ts";
import { mergeDns64, parseDns64 } from "./parse.ts";

export const dns64 = definePlugin({
  name: "dns64",
  parse: parseDns64,
  merge: mergeDns64,
  create: (options, context) => new Dns64(options, context),
});
