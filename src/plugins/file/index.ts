import { definePlugin } from "../../server/contract/plugin.ts";
import { fallthroughReach } from "../../server/contract/reach.ts";
import { File } from "./file.ts";
import { parseFile } from "./parse.ts";

export const file = definePlugin({
  name: "file",
  parse: parseFile,
  merge: (all) => all.flat(),
  reach: (entries) => fallthroughReach(entries),
  create: (entries, context) => new File(entries, context),
});
