import { definePlugin } from "../../server/contract/plugin.ts";
import { parseSecondary } from "./parse.ts";
import { Secondary } from "./secondary.ts";

export const secondary = definePlugin({
  name: "secondary",
  parse: parseSecondary,
  merge: (all) => all.flat(),
  reach: (entries) => ({
    ...(entries.every(({ zones }) => zones)
      ? { zones: entries.flatMap(({ zones = [] }) => zones) }
      : {}),
    handsOn: entries.flatMap(({ fallthrough }) => fallthrough),
    remedy: 'add "fallthrough"',
  }),
  create: (entries, context) => new Secondary(entries, context),
});
