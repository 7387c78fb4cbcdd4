import { CorefileError } from "../../corefile/corefile-error.ts";
import type { Token } from "../../corefile/directive.ts";
import type { Faults } from "../../corefile/faults.ts";
import type { PluginDefinition } from "../../corefile/plugin-definition.ts";
import { didYouMean } from "../../text/nearest-name.ts";
import type { AnyPlugin } from "../contract/plugin.ts";
import type { PluginOrder } from "../plugin-order.ts";
import { pluginName } from "../plugin-order.ts";

/** A plugin of a Corefile, and where that says that it is to stand. */
export interface PlacedPlugin {
  readonly definition: PluginDefinition;
  readonly plugin: AnyPlugin;
}

/** Where a plugin stands whose definition does not say: it sees each query, and no cache keeps what it says. */
const BEFORE = "cache";

/**
 * The order with those of a Corefile in it, one after the other. Several at one place keep the order
 * of their definitions.
 */
export function placePlugins(
  placed: readonly PlacedPlugin[],
  plugins: PluginOrder,
  faults: Faults,
): PluginOrder {
  let order = plugins;
  /** Those that stand behind each. */
  const followers = new Map<string, number>();
  for (const { definition, plugin } of placed) {
    const { side = "before", plugin: neighbour } = definition.place ?? {};
    const name = neighbour?.text ?? BEFORE;
    const names = order.map(pluginName);
    let at = names.indexOf(name);
    if (at < 0 && neighbour) {
      const hint = didYouMean(name, names);
      faults.add(new CorefileError(neighbour, `Unknown plugin "${name}"${hint}`));
    }
    if (at < 0) at = names.length;
    else if (side === "after") {
      const count = followers.get(name) ?? 0;
      followers.set(name, count + 1);
      at += count + 1;
    }
    order = order.toSpliced(at, 0, plugin);
  }
  return order;
}

/** @throws {CorefileError} if this program or CoreDNS has a plugin of that name. */
export function requireFreeName(name: Token, plugins: PluginOrder): void {
  const entry = plugins.find((one) => pluginName(one) === name.text);
  const isTaken = entry !== undefined || RESERVED.has(name.text);
  if (!isTaken) return;
  const owner = typeof entry === "string" ? "CoreDNS" : "Portolan";
  const message = `Cannot define plugin "${name.text}": ${owner} has something of that name`;
  throw new CorefileError(name, message);
}

const RESERVED: ReadonlySet<string> = new Set(["import", "plugin"]);
