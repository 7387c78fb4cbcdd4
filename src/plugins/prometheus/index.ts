import { definePlugin } from "../../server/contract/plugin.ts";
import { parsePrometheus } from "./parse.ts";
import { Prometheus } from "./prometheus.ts";

export const prometheus = definePlugin({
  name: "prometheus",
  once: true,
  parse: parsePrometheus,
  create: (options, context) => new Prometheus(options, context),
});
