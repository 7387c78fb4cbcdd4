import { noArguments, noBody } from "../../corefile/arguments.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { LoopDetector } from "./loop-detector.ts";

export const loop = definePlugin({
  name: "loop",
  once: true,
  parse(directive): void {
    noArguments(directive);
    noBody(directive);
  },
  create: (_options, context) => new LoopDetector(context),
});
