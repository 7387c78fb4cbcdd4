import { definePlugin } from "../../server/contract/plugin.ts";
import { Forward } from "./forward.ts";
import type { ForwardOptions } from "./parse.ts";
import { parseForward } from "./parse.ts";
import { warningsOfForward } from "./warnings.ts";

export const forward = definePlugin<readonly ForwardOptions[]>({
  name: "forward",
  replaces: { proxy: 'it left CoreDNS with 1.5; write "forward FROM TO..."' },
  parse: (directive) => [parseForward(directive)],
  reach: (options) => ({
    zones: options.flatMap(({ from }) => from),
    handsOn: options.flatMap(({ from, except, next, nextOnNodata }) => {
      return next.length > 0 || nextOnNodata ? from : except;
    }),
  }),
  warnings: ([options], directive, block) => {
    return options ? warningsOfForward(options, directive, block) : [];
  },
  merge: (all) => all.flat(),
  create: (options, context) => new Forward(options, context),
});
