import { definePlugin } from "../../server/contract/plugin.ts";
import { Forward } from "./forward.ts";
import type { ForwardOptions } from "./parse.ts";
import { parseForward } from "./parse.ts";

export const forward = definePlugin<readonly ForwardOptions[]>({
  name: "forward",
  parse: (directive) => [parseForward(directive)],
  merge: (all) => all.flat(),
  create: (options, context) => new Forward(options, context),
});
