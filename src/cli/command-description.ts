import type { Arguments } from "./arguments.ts";
import type { FlagTable, ValueKind } from "./flag-description.ts";

/** A word that is no flag. */
export interface Operand {
  /** As the synopsis has it: "NAME", "@SERVER". */
  readonly name: string;
  readonly summary: string;
  readonly kind?: ValueKind;
}

export interface Example {
  /** All of the command line, as "portolan check - < Corefile". What begins with "portolan" is run by a test. */
  readonly line: string;
  readonly summary: string;
}

/** What a command does with what it is given. */
export type Run = (given: Arguments, commands: readonly Command[]) => void | Promise<void>;

/** All that help, completion and the manual say of a command, and the way to it. */
export interface Command {
  /** The words that call it: "check", "cache flush"; "" for what is done without any. */
  readonly name: string;
  /** One line for lists: no capital, no final period. */
  readonly summary: string;
  /** What stands behind the name, as "[FILE] [FLAGS]". */
  readonly synopsis: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly operands: readonly Operand[];
  readonly flags: FlagTable;
  /** Whether it reads its command line itself, by rules of its own; all of it is given as words. */
  readonly readsItself?: boolean;
  readonly examples: readonly Example[];
  /** What each exit code means. */
  readonly exitCodes: Readonly<Record<number, string>>;
  /** Loads its file, when it is wanted: serving should not wait for what the others need. */
  load(): Promise<Run>;
}

/** Of every command. */
export const HELP_FLAG: FlagTable = {
  help: { summary: "print this, and exit", also: ["h"] },
};

/** The flags of a command, and those of all. */
export function flagsOf({ flags }: Pick<Command, "flags">): FlagTable {
  return { ...flags, ...HELP_FLAG };
}
