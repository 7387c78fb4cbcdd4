import { configPath } from "../../server/config-path.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { LoadBalance } from "./loadbalance.ts";
import { parseLoadBalance } from "./parse.ts";
import { WeightFile } from "./weight-file.ts";

export const loadbalance = definePlugin({
  name: "loadbalance",
  parse: parseLoadBalance,
  create(options, { settings, directive, log }) {
    if (options.weightFile === undefined) return new LoadBalance(options.prefer, undefined);
    const { weightFile, reloadMs } = options;
    const path = configPath(weightFile, settings, directive);
    return new LoadBalance(options.prefer, new WeightFile(path, reloadMs, log));
  },
});
