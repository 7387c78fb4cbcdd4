import { CorefileError } from "../corefile/corefile-error.ts";
import type { Corefile } from "../corefile/corefile.ts";
import { Faults } from "../corefile/faults.ts";
import type { ServerBlock, ServerKey } from "../corefile/server-block.ts";
import type { BlockSettings } from "./contract/plugin.ts";
import type { ParsedDirective } from "./ineffective.ts";
import type { DirectiveGroup, PluginOrder } from "./plugin-order.ts";
import { groupDirectives } from "./plugin-order.ts";

/**
 * Reads all directives of all blocks, and builds nothing: whatever files and machine it is for, the text is good.
 * @throws {CorefileError} for all that is wrong
 */
export function checkCorefile(corefile: Corefile, plugins: PluginOrder): void {
  requireBlocks(corefile);
  const faults = new Faults();
  for (const block of corefile.blocks) parseBlock(block, plugins, faults);
  faults.throwIfAny();
}

/** A Corefile emptied by mistake must not silence a server that reloads it. */
export function requireBlocks({ blocks, files }: Corefile): void {
  if (blocks.length > 0) return;
  const at = { file: files[0] ?? "Corefile", line: 1 };
  throw new CorefileError(at, 'Cannot serve: no server block, expected one such as ". { ... }"');
}

export interface ParsedBlock {
  readonly directives: readonly ParsedDirective[];
  /** The same, each by itself where several make one instance. */
  readonly written: readonly ParsedDirective[];
  readonly settings: BlockSettings;
  /** Whether no directive is at fault that has a word in the settings. */
  readonly hasSettings: boolean;
}

export function parseBlock(block: ServerBlock, plugins: PluginOrder, faults: Faults): ParsedBlock {
  for (const key of block.keys) faults.try(() => requireBuiltScheme(key));
  const settings: BlockSettings = { listenOn: [], listenExcept: [], root: "", debug: false };
  let hasSettings = true;
  const written: ParsedDirective[] = [];
  const directives = groupDirectives(block, plugins, faults).flatMap((group) => {
    const groupBefore = faults.count;
    const parsed = parseGroup(group, faults);
    written.push(...parsed);
    const merged = mergeGroup(group, parsed, faults, groupBefore);
    if (faults.count === groupBefore) return merged;
    if (group.plugin.configure) hasSettings = false;
    return [];
  });
  for (const { plugin, options } of directives) plugin.configure?.(options, settings);
  return { directives, written, settings, hasSettings };
}

function parseGroup({ plugin, directives }: DirectiveGroup, faults: Faults): ParsedDirective[] {
  return directives.flatMap((directive): ParsedDirective[] => {
    const one = faults.try(() => ({ options: plugin.parse(directive) }));
    return one ? [{ plugin, directive, ...one }] : [];
  });
}

/** @param before how many faults there were before the group was parsed */
function mergeGroup(
  { plugin }: DirectiveGroup,
  parsed: ParsedDirective[],
  faults: Faults,
  before: number,
): ParsedDirective[] {
  const [first] = parsed;
  if (!plugin.merge || !first || faults.count > before) return parsed;
  const merged = faults.try(() => ({
    options: plugin.merge?.(parsed.map(({ options }) => options)),
  }));
  return merged ? [{ ...first, ...merged }] : [];
}

function requireBuiltScheme(key: ServerKey): void {
  if (key.scheme === "dns") return;
  throw new CorefileError(
    key.at,
    `Cannot serve "${key.at.text}": ${key.scheme}:// is not built yet, dns:// is`,
  );
}
