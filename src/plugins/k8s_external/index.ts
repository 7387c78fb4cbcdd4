import { definePlugin } from "../../server/contract/plugin.ts";
import { External } from "./k8s_external.ts";
import { parseExternal } from "./parse.ts";

export const k8sExternal = definePlugin({
  name: "k8s_external",
  parse: parseExternal,
  reach: ({ zones, fallthrough }) => ({
    ...(zones ? { zones } : {}),
    handsOn: fallthrough,
    remedy: 'add "fallthrough"',
  }),
  // The last one counts.
  merge: (all) => all.reduce((_, last) => last),
  create: (options, context) => new External(options, context),
});
