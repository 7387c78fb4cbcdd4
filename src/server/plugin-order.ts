import { CorefileError } from "../corefile/corefile-error.ts";
import type { Directive } from "../corefile/directive.ts";
import { nearestName } from "../text/nearest-name.ts";
import type { Faults } from "../corefile/faults.ts";
import type { ServerBlock } from "../corefile/server-block.ts";
import type { AnyPlugin } from "./contract/plugin.ts";

/** All plugins in the order that queries pass them; those not built yet by their name only. */
export type PluginOrder = readonly (AnyPlugin | string)[];

export interface DirectiveGroup {
  readonly plugin: AnyPlugin;
  readonly directives: readonly Directive[];
}

/**
 * Sorts a block's directives into the order of the plugins, whatever their order in the file.
 * @param faults takes directives that are unknown, not built, or there once too often
 */
export function groupDirectives(
  block: ServerBlock,
  plugins: PluginOrder,
  faults: Faults,
): DirectiveGroup[] {
  const byName = Map.groupBy(block.directives, ({ name }) => name.text);
  const groups: DirectiveGroup[] = [];
  for (const entry of plugins) {
    const name = pluginName(entry);
    const directives = byName.get(name);
    if (!directives) continue;
    byName.delete(name);
    const plugin = faults.try(() => builtPlugin(entry, directives));
    if (plugin) groups.push({ plugin, directives });
  }
  for (const [directive] of byName.values())
    if (directive) faults.add(unknownDirective(directive, plugins));
  return groups;
}

export function pluginName(entry: AnyPlugin | string): string {
  return typeof entry === "string" ? entry : entry.name;
}

function builtPlugin(entry: AnyPlugin | string, directives: readonly Directive[]): AnyPlugin {
  const [first, second] = directives;
  if (typeof entry === "string") {
    throw new CorefileError(
      first?.name ?? { file: "", line: 0 },
      `Cannot use plugin "${entry}": CoreDNS has it, Portolan does not yet`,
    );
  }
  if (entry.once && second) {
    const message = `Cannot use plugin "${entry.name}" twice in a server block`;
    throw new CorefileError(second.name, `${message}: first used in line ${first?.name.line}`);
  }
  return entry;
}

function unknownDirective(directive: Directive, plugins: PluginOrder): CorefileError {
  const name = directive.name.text;
  const instead = plugins.map((entry) => replacement(entry, name)).find((text) => text !== "");
  if (instead !== undefined) {
    return new CorefileError(directive.name, `Unknown directive "${name}": ${instead}`);
  }
  if (name === "plugin" && directive.args[1]?.text === "from") {
    const message = 'Unexpected "plugin" in a server block: definitions stand outside, as snippets';
    return new CorefileError(directive.name, message);
  }
  const nearest = nearestName(name, plugins.map(pluginName));
  const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  return new CorefileError(directive.name, `Unknown directive "${name}"${hint}`);
}

function replacement(entry: AnyPlugin | string, name: string): string {
  const replaces = typeof entry === "string" ? undefined : entry.replaces;
  return replaces !== undefined && Object.hasOwn(replaces, name) ? (replaces[name] ?? "") : "";
}
