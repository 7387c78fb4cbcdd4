import { definePlugin } from "../../server/contract/plugin.ts";
import { Hosts } from "./hosts.ts";
import { parseHosts } from "./parse.ts";

export const hosts = definePlugin({
  name: "hosts",
  once: true,
  parse: parseHosts,
  create: (options, context) => new Hosts(options, context),
});
