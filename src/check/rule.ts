import type { ConfigFiles } from "../corefile/config-files.ts";
import type { Position } from "../corefile/corefile-error.ts";
import type { Piece } from "../corefile/lexer.ts";
import type { ServerBlock } from "../corefile/server-block.ts";

/** "error": a start is refused; "warning": it does not do what it seems to; "note": advice. */
export type Level = "error" | "warning" | "note";

/** What is looked for in Corefiles. Its id never changes: others ignore it by that, and count it. */
export interface Rule {
  readonly id: string;
  readonly level: Level;
  /** What it finds: a sentence for a table, without a final period. */
  readonly what: string;
  /** What to do about it, the same. */
  readonly mend: string;
}

/** A rule that looks for itself; others stand for what a start says. */
export interface Lint extends Rule {
  find(seen: Seen): Iterable<Spot>;
}

/** A place that a rule is about. */
export interface Spot {
  readonly at: Position;
  /** Action, colon, state; no final period. */
  readonly message: string;
  /** What to write instead, here. */
  readonly hint?: string;
}

/** What is known of a Corefile without running it. */
export interface Seen {
  /** With all that is imported. */
  readonly blocks: readonly ServerBlock[];
  /** Words and comments of each file as they are written, the Corefile's first. */
  readonly files: ReadonlyMap<string, readonly Piece[]>;
  /** Port of server blocks that name none. */
  readonly defaultPort: number;
  /** Names of all plugins. */
  readonly plugins: ReadonlySet<string>;
  /** The machine that the Corefile is for, if it is this one. */
  readonly machine: Machine | undefined;
}

export interface Machine extends ConfigFiles {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its own addresses. */
  readonly addresses: readonly string[];
}

/** What was found, where, and by which rule. */
export interface Finding extends Spot {
  readonly rule: Rule;
}
