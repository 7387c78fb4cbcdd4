import { definePlugin } from "../../server/contract/plugin.ts";
import { fallthroughReach } from "../../server/contract/reach.ts";
import { Etcd } from "./etcd.ts";
import { parseEtcd } from "./parse.ts";
import { warningsOfEtcd } from "./warnings.ts";

export const etcd = definePlugin({
  name: "etcd",
  parse: parseEtcd,
  reach: (options) => fallthroughReach([options]),
  warnings: (_options, directive) => warningsOfEtcd(directive),
  create: (options, context) => new Etcd(options, context),
});
