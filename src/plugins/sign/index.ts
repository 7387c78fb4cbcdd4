import { definePlugin } from "../../server/contract/plugin.ts";
import { parseSign } from "./parse.ts";
import { Sign } from "./sign.ts";

export const sign = definePlugin({
  name: "sign",
  parse: parseSign,
  merge: (all) => all.flat(),
  create: (entries, context) => new Sign(entries, context),
});
