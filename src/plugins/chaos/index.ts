import { definePlugin } from "../../server/contract/plugin.ts";
import { Chaos } from "./chaos.ts";
import { parseChaos } from "./parse.ts";

export const chaos = definePlugin({
  name: "chaos",
  once: true,
  parse: parseChaos,
  create: (options) => new Chaos(options),
});
