import { MARK } from "./back-end.ts";
import type { Journal, JournalFile } from "./journal.ts";
import { octetsOf, removeJournal, writeJournal } from "./journal.ts";
import { runCommands } from "./run-commands.ts";
import {
  readFile,
  removeFile,
  removeFolders,
  removeUnfinished,
  replaceFile,
} from "./system-files.ts";
import type { System } from "./system.ts";

/** How a file is now, beside what the journal has. */
export type FileState = "before" | "after" | "missing" | "rewritten" | "changed";

/** What to do with a file that somebody has changed since: leave it and say so, leave it, overwrite it. */
export type OnChange = "ask" | "keep" | "restore";

/** Of a file that was made: "rewritten" has nothing of ours any more, "changed" has. */
export function stateOf(system: System, { path, before, after }: JournalFile): FileState {
  const now = readFile(system, path);
  if (now === undefined) return before === undefined ? "before" : "missing";
  if (now.equals(octetsOf(after))) return "after";
  if (before !== undefined && now.equals(octetsOf(before))) return "before";
  return now.includes(MARK) ? "changed" : "rewritten";
}

/**
 * Takes back what the journal has, as far as it was done, and can be done again.
 * @returns files that were left as they are, for somebody has changed them; the journal still has those
 * @throws {Error} if a file cannot be written, or a command fails
 */
export async function uninstall(
  system: System,
  journal: Journal,
  onChange: OnChange,
): Promise<readonly JournalFile[]> {
  const left = await undo(system, journal, onChange);
  if (left.length > 0) {
    writeJournal(system, { ...journal, files: left, undoFirst: [] });
    return left;
  }
  forget(system, journal);
  return left;
}

/** When all is as before: the journal goes last, so that a crash in between can be mended as well. */
export function forget(system: System, { folders }: Journal): void {
  removeFolders(system, folders);
  removeJournal(system);
  // Its own were not empty till now.
  removeFolders(system, folders);
}

/** All but the journal itself. */
export async function undo(
  system: System,
  journal: Journal,
  onChange: OnChange,
): Promise<readonly JournalFile[]> {
  await runCommands(system, journal.undoFirst);
  const left = journal.files.filter((file) => !restore(system, file, onChange));
  await runCommands(system, journal.undo);
  return left;
}

/** @returns whether it is as it was, or as somebody wants it */
function restore(system: System, file: JournalFile, onChange: OnChange): boolean {
  const state = stateOf(system, file);
  removeUnfinished(system, file.path);
  if (state === "before") return true;
  if (state !== "after") {
    // What was rewritten has nothing of ours.
    if (onChange === "keep" || (onChange === "ask" && state !== "changed")) return true;
    if (onChange === "ask") return false;
  }
  const { path, before, ownership } = file;
  try {
    if (before === undefined) removeFile(system, path);
    else replaceFile(system, path, octetsOf(before), ownership);
  } catch (cause) {
    throw new Error(`Cannot put back "${path}": ${(cause as Error).message}`, { cause });
  }
  return true;
}
