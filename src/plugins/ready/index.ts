import { definePlugin } from "../../server/contract/plugin.ts";
import { parseReady } from "./parse.ts";
import { Ready } from "./ready.ts";

export const ready = definePlugin({
  name: "ready",
  once: true,
  parse: parseReady,
  create: (options, context) => new Ready(options, context),
});
