import { definePlugin } from "../../server/contract/plugin.ts";
import { Dnssec } from "./dnssec.ts";
import { parseDnssec } from "./parse.ts";

export const dnssec = definePlugin({
  name: "dnssec",
  once: true,
  parse: parseDnssec,
  create: (options, context) => new Dnssec(options, context),
});
