import { definePlugin } from "../../server/contract/plugin.ts";
import { Hosts } from "./hosts.ts";
import { parseHosts } from "./parse.ts";
import { warningsOfHosts } from "./warnings.ts";

export const hosts = definePlugin({
  name: "hosts",
  once: true,
  parse: parseHosts,
  reach: ({ zones, fallthrough }) => ({
    ...(zones ? { zones } : {}),
    handsOn: fallthrough,
    handsOnPointers: true,
    remedy: 'add "fallthrough"',
  }),
  warnings: (options, directive, block) => warningsOfHosts(options, directive, block),
  create: (options, context) => new Hosts(options, context),
});
