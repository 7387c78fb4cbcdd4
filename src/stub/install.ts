import type { BackEnd, Plan } from "./back-end.ts";
import type { Journal, JournalFile } from "./journal.ts";
import { journalPath, readJournal, writeJournal } from "./journal.ts";
import { runCommands } from "./run-commands.ts";
import type { StubSetting } from "./setting.ts";
import { writtenServer } from "./setting.ts";
import {
  linkTarget,
  makeFolders,
  missingFolders,
  ownershipOf,
  readFile,
  replaceFile,
} from "./system-files.ts";
import type { System } from "./system.ts";
import { forget, undo } from "./uninstall.ts";

/** Whoever changes a resolver must be root. */
export class NeedsRights extends Error {}

export const ONLY_ROOT = "Cannot change the resolver: only root may";

/** Windows tells by what it refuses. */
export function mayChange({ isRoot, platform }: Pick<System, "isRoot" | "platform">): boolean {
  return isRoot || platform === "win32";
}

/**
 * What is installed already, if it is the same.
 * @throws {Error} if something else is, or half of it
 */
export function installedAlready(
  system: System,
  backEnd: BackEnd,
  setting: StubSetting,
): Journal | undefined {
  const journal = readJournal(system);
  if (!journal) return undefined;
  if (journal.state === "begun") {
    throw new Error(
      'Cannot install: another installation was begun and has not ended; "portolan stub uninstall" takes it back',
    );
  }
  if (journal.holder !== undefined) {
    throw new Error(
      `Cannot install: process ${journal.holder} has set it up until it ends, as "portolan dev -stub" does`,
    );
  }
  const isSame =
    journal.backEnd === backEnd.name && JSON.stringify(journal.setting) === JSON.stringify(setting);
  if (isSame) return journal;
  const { zones, server } = journal.setting;
  throw new Error(
    `Cannot install: ${zones.join(", ")} to ${writtenServer(server)} is installed already, using ${journal.backEnd}; "portolan stub uninstall" takes it back`,
  );
}

export interface Installation {
  readonly plan: Plan;
  /** As the journal is to say it. */
  readonly now: string;
  /** The process that will take it back when it ends, if it is not to stay. */
  readonly holder?: number;
}

/**
 * Does what was planned. The journal has what was before, and is on disk first. What fails is taken back.
 * @throws {NeedsRights} without root
 * @throws {Error} with the reason; then all is as it was
 */
export async function install(
  system: System,
  backEnd: BackEnd,
  setting: StubSetting,
  { plan, now, holder }: Installation,
): Promise<void> {
  if (!mayChange(system)) throw new NeedsRights(ONLY_ROOT);
  const journal: Journal = {
    version: 1,
    state: "begun",
    since: now,
    backEnd: backEnd.name,
    setting,
    files: plan.files.map(({ path, content }) => recordOf(system, path, content)),
    folders: foldersOf(system, plan),
    undoFirst: plan.undoFirst,
    undo: plan.undo,
    ...(holder === undefined ? {} : { holder }),
  };
  try {
    writeJournal(system, journal);
  } catch (cause) {
    throw cannotWrite(journalPath(system), cause);
  }
  try {
    for (const { path, content } of plan.files) write(system, path, content);
    await runCommands(system, plan.apply);
    writeJournal(system, { ...journal, state: "done" });
  } catch (error) {
    await takeBack(system, journal, error as Error);
    throw error;
  }
}

/** Those that are missing, each once, also if several files are to be in it. */
function foldersOf(system: System, { files }: Plan): string[] {
  const paths = [journalPath(system), ...files.map(({ path }) => path)];
  return [...new Set(paths.flatMap((path) => missingFolders(system, path)))];
}

function recordOf(system: System, path: string, content: string): JournalFile {
  const target = linkTarget(system, path);
  if (target !== undefined) {
    throw new Error(`Cannot write "${path}": it is a link to "${target}", which others write`);
  }
  const before = readFile(system, path);
  const ownership = ownershipOf(system, path);
  return {
    path,
    after: Buffer.from(content).toString("base64"),
    ...(before && ownership ? { before: before.toString("base64"), ownership } : {}),
  };
}

function write(system: System, path: string, content: string): void {
  try {
    makeFolders(system, path);
    replaceFile(system, path, Buffer.from(content), ownershipOf(system, path));
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

function cannotWrite(path: string, cause: unknown): Error {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    EROFS: "its file system is read-only",
    EACCES: "the rights do not suffice",
    EPERM: `it is immutable, or the rights do not suffice: "lsattr ${path}" shows it, "chattr -i ${path}" makes it a plain file`,
    ENOSPC: "its file system is full",
  };
  return new Error(`Cannot write "${path}": ${reasons[code] ?? message}`, { cause });
}

/** @throws {Error} if that fails as well; the journal stays then */
async function takeBack(system: System, journal: Journal, error: Error): Promise<void> {
  try {
    const left = await undo(system, journal, "ask");
    if (left.length > 0) throw new Error(`"${left.map(({ path }) => path).join('", "')}" differ`);
  } catch (cause) {
    throw new Error(
      `${error.message}; and cannot take back what was done: ${(cause as Error).message}`,
      { cause },
    );
  }
  forget(system, journal);
}
