import { NeedsRights } from "../../stub/install.ts";
import type { Journal } from "../../stub/journal.ts";
import { octetsOf, readJournal } from "../../stub/journal.ts";
import { showCommands } from "../../stub/show.ts";
import { FILE_STATES } from "../../stub/status.ts";
import { readText } from "../../stub/system-files.ts";
import type { System } from "../../stub/system.ts";
import { thisSystem } from "../../stub/system.ts";
import type { OnChange } from "../../stub/uninstall.ts";
import { stateOf, uninstall } from "../../stub/uninstall.ts";
import { printable } from "../../text/printable.ts";
import { unifiedDiff } from "../../text/unified-diff.ts";
import type { Arguments } from "../arguments.ts";
import { sayRightsAreNeeded } from "./rights.ts";

/** Of exit codes. */
const FILES_ARE_LEFT = 2;

/** Takes an installation back, but for what somebody has changed since. */
export async function stubUninstall({ switches }: Arguments): Promise<void> {
  if (switches.has("keep") && switches.has("restore")) {
    throw new TypeError("Cannot uninstall: -keep and -restore exclude each other");
  }
  const onChange: OnChange = switches.has("keep")
    ? "keep"
    : switches.has("restore")
      ? "restore"
      : "ask";
  const system = thisSystem();
  const journal = readJournal(system);
  if (!journal) {
    process.stdout.write("Nothing is installed: nothing to do\n");
    return;
  }
  process.stdout.write(show(system, journal));
  if (switches.has("dry-run")) return;
  if (!system.isRoot && system.platform !== "win32") {
    return sayRightsAreNeeded(new NeedsRights("Cannot change the resolver: only root may").message);
  }
  const left = await uninstall(system, journal, onChange);
  for (const { path } of left) {
    process.stderr.write(
      `Cannot put back "${path}": somebody has changed it since; take our lines out by hand and uninstall with -keep, or with -restore to have it as above\n`,
    );
  }
  if (left.length > 0) process.exitCode = FILES_ARE_LEFT;
  else process.stdout.write("All is as before\n");
}

/** Files as they will be, then commands. */
function show(system: System, journal: Journal): string {
  const files = journal.files.map((file) => {
    const state = stateOf(system, file);
    if (state !== "after" && state !== "changed") return `${file.path}: ${FILE_STATES[state]}\n`;
    const before = octetsOf(file.before ?? "").toString();
    const note = state === "changed" ? `${file.path}: ${FILE_STATES[state]}\n` : "";
    return note + unifiedDiff(file.path, readText(system, file.path), before);
  });
  const commands = showCommands("Runs", [...journal.undoFirst, ...journal.undo]);
  return printable([...files, commands].join(""));
}
