import type { Command } from "./back-end.ts";
import type { StubSetting } from "./setting.ts";
import {
  makeFolders,
  ownershipOf,
  readFile,
  removeFile,
  removeUnfinished,
  replaceFile,
} from "./system-files.ts";
import type { Ownership } from "./system-files.ts";
import type { System } from "./system.ts";

/** A file that an installation writes. */
export interface JournalFile {
  readonly path: string;
  /** In base64; undefined if there was none. */
  readonly before?: string;
  readonly ownership?: Ownership;
  /** In base64. */
  readonly after: string;
}

/** All that is needed to undo an installation, by whichever version. */
export interface Journal {
  readonly version: 1;
  /** "begun" until all has been done: after a crash it says that some may be. */
  readonly state: "begun" | "done";
  readonly since: string;
  readonly backEnd: string;
  readonly setting: StubSetting;
  readonly files: readonly JournalFile[];
  /** Those that had to be made, the outermost first. */
  readonly folders: readonly string[];
  readonly undoFirst: readonly Command[];
  readonly undo: readonly Command[];
  /** The process that takes it back when it ends; undefined for an installation that stays. */
  readonly holder?: number;
}

/** Whether who was to take it back is gone, as after a crash or a reboot. */
export function isAbandoned({ holder }: Pick<Journal, "holder">): boolean {
  return holder !== undefined && !isRunning(holder);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Where it is: with what outlives a reboot. */
export function journalPath({ platform }: Pick<System, "platform">): string {
  if (platform === "win32") return "/ProgramData/portolan/stub.json";
  return platform === "darwin" ? "/var/db/portolan/stub.json" : "/var/lib/portolan/stub.json";
}

/**
 * @returns undefined if nothing is installed
 * @throws {Error} if the file is none of ours, or is broken
 */
export function readJournal(system: System): Journal | undefined {
  const path = journalPath(system);
  const ownership = ownershipOf(system, path);
  if (ownership === undefined) return undefined;
  // Commands of it are run by root.
  if (system.isRoot && ownership.uid !== 0 && system.root === "") {
    throw new Error(`Cannot trust the journal "${path}": it belongs to user ${ownership.uid}`);
  }
  const journal = parse(readFile(system, path)?.toString() ?? "");
  if (journal) return journal;
  throw new Error(`Cannot read the journal "${path}": it is broken`);
}

/** On disk when it returns. @throws {Error} of the file system */
export function writeJournal(system: System, journal: Journal): void {
  const path = journalPath(system);
  makeFolders(system, path);
  replaceFile(system, path, Buffer.from(`${JSON.stringify(journal, undefined, 2)}\n`));
}

/** Also one that a crash has left half written: nothing had been done by then. */
export function removeJournal(system: System): void {
  removeUnfinished(system, journalPath(system));
  removeFile(system, journalPath(system));
}

export function octetsOf(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}

function parse(text: string): Journal | undefined {
  try {
    const journal = JSON.parse(text) as Partial<Journal>;
    const { version, files, undo, undoFirst, folders, setting } = journal;
    const lists: readonly unknown[] = [files, undo, undoFirst, folders, setting?.zones];
    const isWhole = version === 1 && lists.every((list) => Array.isArray(list));
    const isFile = ({ path, after }: JournalFile): boolean =>
      typeof path === "string" && typeof after === "string";
    return isWhole && files?.every(isFile) ? (journal as Journal) : undefined;
  } catch {
    return undefined;
  }
}
