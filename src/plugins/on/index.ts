import { definePlugin } from "../../server/contract/plugin.ts";
import { On } from "./on.ts";
import type { Hook } from "./parse.ts";
import { parseOn } from "./parse.ts";

export const on = definePlugin<readonly Hook[]>({
  name: "on",
  parse: (directive) => [parseOn(directive)],
  merge: (all) => all.flat(),
  create: (hooks, { log }) => new On(hooks, log),
});
