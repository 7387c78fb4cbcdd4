import type { Journal } from "./journal.ts";
import { isAbandoned, journalPath, readJournal } from "./journal.ts";
import type { Questions } from "./questions.ts";
import { writtenServer } from "./setting.ts";
import type { System } from "./system.ts";
import type { FileState } from "./uninstall.ts";
import { stateOf } from "./uninstall.ts";

export interface Status {
  readonly text: string;
  /** Whether something is installed, whole and as it was written, and the server answers. */
  readonly isWell: boolean;
}

/** How a file is, for people. */
export const FILE_STATES: Readonly<Record<FileState, string>> = {
  after: "as it was written",
  before: "as it was before: our lines are gone",
  missing: "gone",
  rewritten: "written by somebody since: our lines are gone",
  changed: "changed by somebody since",
};

/** @throws {Error} if the journal is broken */
export async function statusOf(system: System, questions: Questions): Promise<Status> {
  const journal = readJournal(system);
  if (!journal) return { text: `Nothing is installed: ${noJournal(system)}\n`, isWell: false };
  const { setting, backEnd, since, state } = journal;
  const name = probeName(journal);
  const reply = await questions.server(setting.server, name);
  const states = journal.files.map((file) => ({ ...file, state: stateOf(system, file) }));
  const text = [
    `${setting.zones.join(", ")} to ${writtenServer(setting.server)}: installed using ${backEnd}, ${since}`,
    ...(state === "done" ? [] : ["It was begun and has not ended: portolan stub uninstall"]),
    ...holderLines(journal),
    ...states.map(({ path, state }) => `${path}: ${FILE_STATES[state]}`),
    `Server ${writtenServer(setting.server)}: ${reply.isReply ? "it answers" : `no answer, ${reply.text}`} (${name})`,
  ];
  return {
    text: `${text.join("\n")}\n`,
    isWell:
      state === "done" &&
      !isAbandoned(journal) &&
      reply.isReply &&
      states.every(({ state }) => state === "after"),
  };
}

function holderLines({ holder }: Journal): string[] {
  if (holder === undefined) return [];
  if (!isAbandoned({ holder })) return [`It is taken back when process ${holder} ends`];
  return [`Process ${holder} was to take it back, and is gone: portolan stub uninstall`];
}

/** Every cluster has it. */
export function probeName({ setting: { zones } }: Pick<Journal, "setting">): string {
  const zone = zones.find((one) => !one.endsWith(".arpa")) ?? "cluster.local";
  return `kubernetes.default.svc.${zone}`;
}

function noJournal(system: System): string {
  return `there is no journal "${journalPath(system)}"`;
}
