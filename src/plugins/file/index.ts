import { definePlugin } from "../../server/contract/plugin.ts";
import { File } from "./file.ts";
import { parseFile } from "./parse.ts";

export const file = definePlugin({
  name: "file",
  parse: parseFile,
  merge: (all) => all.flat(),
  reach: (entries) => ({
    ...(entries.every(({ zones }) => zones)
      ? { zones: entries.flatMap(({ zones = [] }) => zones) }
      : {}),
    handsOn: entries.flatMap(({ fallthrough }) => fallthrough),
    remedy: 'add "fallthrough"',
  }),
  create: (entries, context) => new File(entries, context),
});
