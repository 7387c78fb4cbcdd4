import { definePlugin } from "../../server/contract/plugin.ts";
import { refuseWithoutEffect } from "./effect.ts";
import { parseTimeouts } from "./parse.ts";

export const timeouts = definePlugin({
  name: "timeouts",
  parse: parseTimeouts,
  // The last one counts.
  merge: (all) => Object.assign({}, ...all),
  configure(limits, settings) {
    settings.tcp = limits;
  },
  create(limits, { keys }) {
    refuseWithoutEffect(limits, keys);
    return {};
  },
});
