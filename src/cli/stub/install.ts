import { defaultServer } from "../../stub/back-end.ts";
import { chooseBackEnd } from "../../stub/back-ends.ts";
import { NeedsRights, install, installedAlready } from "../../stub/install.ts";
import { parseSetting } from "../../stub/setting.ts";
import { showPlan } from "../../stub/show.ts";
import { FILE_STATES } from "../../stub/status.ts";
import type { System } from "../../stub/system.ts";
import { thisSystem } from "../../stub/system.ts";
import type { Journal } from "../../stub/journal.ts";
import { readJournal } from "../../stub/journal.ts";
import { stateOf } from "../../stub/uninstall.ts";
import type { Arguments } from "../arguments.ts";
import { sayRightsAreNeeded } from "./rights.ts";

/** Says what it will do, and does it. @throws {Error} if it cannot; all is as it was then */
export async function stubInstall({ values, switches, words }: Arguments): Promise<void> {
  const system = thisSystem();
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
  try {
    await install(system, backEnd, setting, { plan, now: new Date().toISOString() });
  } catch (error) {
    if (!(error instanceof NeedsRights)) throw error;
    return sayRightsAreNeeded(error.message);
  }
  process.stdout.write('Installed: "portolan stub uninstall" takes it back\n');
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
