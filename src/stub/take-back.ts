import type { Journal } from "./journal.ts";
import { readJournal } from "./journal.ts";
import type { System } from "./system.ts";
import type { OnChange } from "./uninstall.ts";
import { uninstall } from "./uninstall.ts";

/** What came of taking an installation back. */
export interface TakenBack {
  readonly isDone: boolean;
  /** A line for each file that was left, or one that all is well. */
  readonly lines: readonly string[];
}

/** @throws {Error} if a file cannot be written, or a command fails */
export async function takeBack(
  system: System,
  journal: Journal,
  onChange: OnChange,
): Promise<TakenBack> {
  const left = await uninstall(system, journal, onChange);
  if (left.length === 0) return { isDone: true, lines: ["All is as before"] };
  const lines = left.map(({ path }) => {
    return `Cannot put back "${path}": somebody has changed it since; take our lines out by hand and uninstall with -keep, or with -restore to have it as it was`;
  });
  return { isDone: false, lines };
}

/** What a process has set up for as long as it runs. Others may have taken that back, and installed something else. */
export async function takeBackOwn(system: System, pid: number): Promise<TakenBack> {
  const journal = readJournal(system);
  if (journal?.holder !== pid) {
    return { isDone: true, lines: ["Somebody has taken it back already"] };
  }
  return takeBack(system, journal, "ask");
}
