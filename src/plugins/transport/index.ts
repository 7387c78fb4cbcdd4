import { tokenError } from "../../corefile/directive.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { parseTransport } from "./parse.ts";

export const transport = definePlugin({
  name: "transport",
  once: true,
  parse: parseTransport,
  configure(wish, settings) {
    const other = settings.udp?.threads;
    if (wish.threads && other) {
      const reason = `multisocket in line ${other.at.line} sets it`;
      throw tokenError(wish.threads.at, `cannot use "workers": ${reason}`);
    }
    settings.udp = { ...settings.udp, ...wish };
  },
});
