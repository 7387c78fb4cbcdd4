import type { StubSetting } from "./setting.ts";
import { DEFAULT_SERVER } from "./setting.ts";
import type { System } from "./system.ts";

/** A file as it is to be. */
export interface PlannedFile {
  readonly path: string;
  readonly content: string;
}

export interface Command {
  readonly argv: readonly string[];
  /** Only if this path exists then. */
  readonly onlyIf?: string;
  /** Whether all is well without it, as with caches that it empties. */
  readonly mayFail?: boolean;
}

/** What an installation does, and what takes it back. It can be written to the journal. */
export interface Plan {
  readonly files: readonly PlannedFile[];
  /** Behind the files. */
  readonly apply: readonly Command[];
  /** Before the files are as they were. */
  readonly undoFirst: readonly Command[];
  /** Behind that. */
  readonly undo: readonly Command[];
  /** What a user has to know of it: whole sentences. */
  readonly notes: readonly string[];
}

/** A way in which a system can be told who to ask for a zone. */
export interface BackEnd {
  /** As `-using` names it. */
  readonly name: string;
  readonly title: string;
  /** Whether it is taken only when it is named. */
  readonly isOnlyNamed?: boolean;
  /** Whether it can ask at port 53 only. */
  readonly isPort53Only?: boolean;
  /** @returns why it cannot be used here, undefined if it can */
  objection(system: System): Promise<string | undefined>;
  /** @throws {Error} if it cannot do what the setting asks for */
  plan(system: System, setting: StubSetting): Promise<Plan>;
}

/** In front of every file of ours, and of lines in those of others. */
export const MARK = 'Written by "portolan stub install"; "portolan stub uninstall" takes it back.';

/** Where Portolan is to listen for it, if nobody says another place. */
export function defaultServer({ isPort53Only }: BackEnd): string {
  return isPort53Only ? "127.0.0.1:53" : DEFAULT_SERVER;
}

/** For a system that can ask at port 53 only. */
export function needsPort53({ server }: StubSetting, who: string): void {
  if (server.port === 53) return;
  throw new Error(
    `Cannot set up ${who} for port ${server.port}: it asks at port 53 only; listen at ${server.address} and install with -server ${server.address}:53`,
  );
}
