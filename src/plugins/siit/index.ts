import { definePlugin } from "../../server/contract/plugin.ts";
import { mergeSiit, parseSiit } from "./parse.ts";
import { Siit } from "./siit.ts";

export const siit = definePlugin({
  name: "siit",
  parse: parseSiit,
  merge: mergeSiit,
  create: (options, context) => new Siit(options, context),
});
