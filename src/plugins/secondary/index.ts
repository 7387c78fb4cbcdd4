import { definePlugin } from "../../server/contract/plugin.ts";
import { fallthroughReach } from "../../server/contract/reach.ts";
import { parseSecondary } from "./parse.ts";
import { Secondary } from "./secondary.ts";

export const secondary = definePlugin({
  name: "secondary",
  parse: parseSecondary,
  merge: (all) => all.flat(),
  reach: (entries) => fallthroughReach(entries),
  create: (entries, context) => new Secondary(entries, context),
});
