import { defaultServer } from "../../stub/back-end.ts";
import { chooseBackEnd } from "../../stub/back-ends.ts";
import { install, installedAlready, mayChange, ONLY_ROOT } from "../../stub/install.ts";
import { parseSetting } from "../../stub/setting.ts";
import { showPlan } from "../../stub/show.ts";
import { FILE_STATES } from "../../stub/status.ts";
import type { System } from "../../stub/system.ts";
import { thisSystem } from "../../stub/system.ts";
import type { Journal } from "../../stub/journal.ts";
import { isAbandoned, readJournal } from "../../stub/journal.ts";
import { stateOf } from "../../stub/uninstall.ts";
import { takeBack } from "../../stub/take-back.ts";
import { printable } from "../../text/printable.ts";
import type { Arguments } from "../arguments.ts";
import { askFirst } from "./ask-first.ts";
import { endOf, hold } from "./hold.ts";
import { sayRightsAreNeeded } from "./rights.ts";

/** Of exit codes. */
const WAS_NOT_WANTED = 1;

/** Says what it will do, asks, and does it. @throws {Error} if it cannot; all is as it was then */
export async function stubInstall({ values, switches, words }: Arguments): Promise<void> {
  const system = thisSystem();
  if (!switches.has("dry-run")) await takeBackAbandoned(system);
  const backEnd = await chooseBackEnd(system, values.get("using"), readJournal(system)?.backEnd);
  const server = values.get("server") ?? defaultServer(backEnd);
  const setting = parseSetting(server, words, values.get("search"));
  const journal = installedAlready(system, backEnd, setting);
  if (journal) {
    refuseChanged(system, journal);
    process.stdout.write(`Installed already, ${journal.since}: nothing to do\n`);
    return;
  }
  const plan = await backEnd.plan(system, setting);
  process.stdout.write(showPlan(system, backEnd, setting, plan));
  if (switches.has("dry-run")) return;
  if (!mayChange(system)) return sayRightsAreNeeded(ONLY_ROOT);
  if (!(await askFirst("Do this?", switches.has("yes")))) {
    process.stdout.write("Nothing was changed\n");
    process.exitCode = WAS_NOT_WANTED;
    return;
  }
  const isHeld = switches.has("hold");
  const holder = isHeld ? { holder: process.pid } : {};
  const ends = isHeld ? endOf(process.stdin) : undefined;
  await install(system, backEnd, setting, { plan, now: new Date().toISOString(), ...holder });
  if (ends) return hold(system, ends);
  process.stdout.write('Installed: "portolan stub uninstall" takes it back\n');
}

/** After a crash of who had it set up for a while. */
async function takeBackAbandoned(system: System): Promise<void> {
  const journal = readJournal(system);
  if (!journal || !isAbandoned(journal) || !mayChange(system)) return;
  const { lines } = await takeBack(system, journal, "ask");
  process.stdout.write(
    printable(`Process ${journal.holder} is gone and had it set up: ${lines.join("; ")}\n`),
  );
}

function refuseChanged(system: System, { files }: Journal): void {
  for (const file of files) {
    const state = stateOf(system, file);
    if (state === "after") continue;
    throw new Error(
      `Cannot install: it is installed, but "${file.path}" is ${FILE_STATES[state]}; "portolan stub uninstall" first`,
    );
  }
}
