import {
  argumentRange,
  oneArgument,
  parseChoice,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";

/** Where keys are: in a pair of files, or all those of the zones in a folder. */
export interface KeySource {
  readonly kind: "file" | "directory";
  /** As written; relative to the server block's root. */
  readonly at: Token;
}

/** One directive: a file, and the zones that it is signed as. */
export interface SignEntry {
  readonly directive: Directive;
  /** As written; relative to the server block's root. */
  readonly path: string;
  /** Undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  /** At least one. */
  readonly keys: KeySource[];
  /** Where signed files are put; as written. */
  directory: string;
}

const DEFAULT_DIRECTORY = "/var/lib/coredns";

const PROPERTIES: Record<string, (sub: Directive, entry: SignEntry) => void> = {
  key(sub, { keys }) {
    const [word = sub.name, ...paths] = argumentRange(sub, 2, Infinity);
    const kind = parseChoice(word, ["file", "directory"]);
    for (const at of paths) keys.push({ kind, at });
  },
  directory(sub, entry) {
    entry.directory = oneArgument(sub).text;
  },
};

/** Reads `sign DBFILE [ZONES...] { ... }`; several of a block are one plugin. */
export function parseSign(directive: Directive): readonly SignEntry[] {
  const [path, ...zones] = argumentRange(directive, 1, Infinity);
  const entry: SignEntry = {
    directive,
    path: path?.text ?? "",
    zones: zones.length === 0 ? undefined : parseZones(zones),
    keys: [],
    directory: DEFAULT_DIRECTORY,
  };
  subDirectives(directive, PROPERTIES, entry);
  if (entry.keys.length === 0)
    throw directive.error('missing property "key": there is nothing to sign with');
  return [entry];
}
