import { mayChange, ONLY_ROOT } from "../../stub/install.ts";
import type { Journal } from "../../stub/journal.ts";
import { octetsOf, readJournal, removeJournal } from "../../stub/journal.ts";
import { showCommands } from "../../stub/show.ts";
import { FILE_STATES } from "../../stub/status.ts";
import { readText } from "../../stub/system-files.ts";
import type { System } from "../../stub/system.ts";
import { thisSystem } from "../../stub/system.ts";
import { takeBack } from "../../stub/take-back.ts";
import type { OnChange } from "../../stub/uninstall.ts";
import { stateOf } from "../../stub/uninstall.ts";
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
    if (system.isRoot && !switches.has("dry-run")) removeJournal(system);
    process.stdout.write("Nothing is installed: nothing to do\n");
    return;
  }
  process.stdout.write(show(system, journal));
  if (switches.has("dry-run")) return;
  if (!mayChange(system)) return sayRightsAreNeeded(ONLY_ROOT);
  const { isDone, lines } = await takeBack(system, journal, onChange);
  const stream = isDone ? process.stdout : process.stderr;
  stream.write(printable(`${lines.join("\n")}\n`));
  if (!isDone) process.exitCode = FILES_ARE_LEFT;
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
