import {
  argumentRange,
  noArguments,
  oneArgument,
  parseDurationMs,
  parseFallthrough,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";

/** One directive: a file, and the zones that it is read as. */
export interface FileEntry {
  /** As written; relative to the server block's root. */
  path: string;
  readonly directive: Directive;
  /** Undefined for those of the server block. */
  zones: readonly Name[] | undefined;
  /** Between looks at the file; 0 for never again. */
  reloadMs: number;
  byMtime: boolean;
  /** Zones whose unknown names go to the next plugin. */
  fallthrough: readonly Name[];
}

const PROPERTIES: Record<string, (sub: Directive, entry: FileEntry) => void> = {
  reload(sub, entry) {
    entry.reloadMs = parseDurationMs(oneArgument(sub));
  },
  reload_by_mtime(sub, entry) {
    noArguments(sub);
    entry.byMtime = true;
  },
  fallthrough(sub, entry) {
    entry.fallthrough = parseFallthrough(sub);
  },
};

/** Reads `file DBFILE [ZONES...] { ... }`; several of a block are one plugin. */
export function parseFile(directive: Directive): readonly FileEntry[] {
  const [path, ...zones] = argumentRange(directive, 1, Infinity);
  const entry: FileEntry = {
    path: path?.text ?? "",
    directive,
    zones: zones.length === 0 ? undefined : parseZones(zones),
    reloadMs: 60_000,
    byMtime: false,
    fallthrough: [],
  };
  subDirectives(directive, PROPERTIES, entry);
  return [entry];
}
