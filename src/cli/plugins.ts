import { plugins } from "../plugins/index.ts";
import { pluginName } from "../server/plugin-order.ts";

/** The plugins in the order that queries pass them, one a line. */
export function listPlugins(): string {
  return plugins
    .map(
      (entry) => `dns.${pluginName(entry)}${typeof entry === "string" ? " (not built yet)" : ""}\n`,
    )
    .join("");
}
