import { definePlugin } from "../../server/contract/plugin.ts";
import { fallthroughReach } from "../../server/contract/reach.ts";
import { Hosts } from "./hosts.ts";
import { parseHosts } from "./parse.ts";
import { warningsOfHosts } from "./warnings.ts";

export const hosts = definePlugin({
  name: "hosts",
  once: true,
  parse: parseHosts,
  reach: (options) => ({ ...fallthroughReach([options]), handsOnPointers: true }),
  warnings: (options, directive, block) => warningsOfHosts(options, directive, block),
  create: (options, context) => new Hosts(options, context),
});
