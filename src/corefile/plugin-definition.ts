import { CorefileError } from "./corefile-error.ts";
import type { Token } from "./directive.ts";

/** `plugin NAME from MODULE [before|after PLUGIN]`, outside of server blocks. */
export interface PluginDefinition {
  /** The directive that it makes known. */
  readonly name: Token;
  /** A path that begins with "." or "/", or the name of an npm package. */
  readonly module: Token;
  /** Next to which plugin it stands in their order; undefined if that is left open. */
  readonly place: { readonly side: "before" | "after"; readonly plugin: Token } | undefined;
}

const SYNTAX = '"plugin NAME from MODULE [before|after PLUGIN]"';

/** @param words those of its line, `plugin` the first of them */
export function parsePluginDefinition(words: readonly Token[]): PluginDefinition {
  const [keyword, name, from, module, side, plugin, surplus] = words;
  if (!name || !from || !module) throw unexpected(words.at(-1) ?? keyword, "after");
  if (from.text !== "from") throw unexpected(from, "at");
  if (!/^[a-z][a-z0-9_-]*$/.test(name.text)) {
    const why = "expected lower-case letters, digits, hyphens and underscores";
    throw new CorefileError(name, `Cannot name a plugin "${name.text}": ${why}`);
  }
  if (!side) return { name, module, place: undefined };
  if (side.text !== "before" && side.text !== "after") throw unexpected(side, "at");
  if (!plugin) throw unexpected(side, "after");
  if (surplus) throw unexpected(surplus, "at");
  return { name, module, place: { side: side.text, plugin } };
}

function unexpected(token: Token | undefined, where: "at" | "after"): CorefileError {
  const at = token ?? { file: "", line: 0, text: "" };
  const what = where === "at" ? `Unexpected "${at.text}"` : `Expected more after "${at.text}"`;
  return new CorefileError(at, `${what}: a definition is ${SYNTAX}`);
}
