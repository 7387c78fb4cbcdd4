import { definePlugin } from "../../server/contract/plugin.ts";
import { Dynupdate } from "./dynupdate.ts";
import { parseDynupdate } from "./parse.ts";

export const dynupdate = definePlugin({
  name: "dynupdate",
  once: true,
  parse: parseDynupdate,
  reach: ({ zone }) => ({ ...(zone ? { zones: [zone] } : {}), handsOn: [] }),
  create: (options, context) => new Dynupdate(options, context),
});
