import { atLeastOne, noBody, parseZones } from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";

/** Where search paths come from: a plugin that offers them, or a file like resolv.conf. */
export type PathSource =
  | { readonly plugin: string; readonly at: Token }
  | { readonly file: string; readonly at: Token };

export interface AutopathOptions {
  /** Zones whose names are completed; undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  readonly source: PathSource;
}

/** Reads `autopath [ZONE...] RESOLV-CONF`. */
export function parseAutopath(directive: Directive): AutopathOptions {
  noBody(directive);
  const words = atLeastOne(directive);
  const zones = parseZones(words.slice(0, -1));
  const at = words.at(-1) ?? directive.name;
  return { zones: zones.length === 0 ? undefined : zones, source: sourceOf(at) };
}

function sourceOf(at: Token): PathSource {
  const { text } = at;
  if (text.startsWith("@") && text.length > 1) return { plugin: text.slice(1), at };
  if (text !== "" && text !== "@") return { file: text, at };
  throw tokenError(
    at,
    `bad search path "${text}": expected a file or a plugin such as "@kubernetes"`,
  );
}
