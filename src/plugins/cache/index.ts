import { definePlugin } from "../../server/contract/plugin.ts";
import { Cache } from "./cache.ts";
import { cacheMetrics } from "./metrics.ts";
import { parseCache } from "./parse.ts";
import { warningsOfCache } from "./warnings.ts";

export const cache = definePlugin({
  name: "cache",
  once: true,
  parse: parseCache,
  warnings: warningsOfCache,
  create(options, { zones, metrics, serverLabel, settings }) {
    const own = options.zones.length > 0 ? options.zones : zones;
    return new Cache(options, own, cacheMetrics({ metrics, serverLabel, zones: own, settings }));
  },
});
