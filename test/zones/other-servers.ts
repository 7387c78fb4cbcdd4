import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { knotSettings, nsdSettings } from "./server-settings.ts";
import { ChildProgram } from "../cluster/child-program.ts";
import { freePort } from "../bench/free-port.ts";
import { askMany } from "./ask-many.ts";

/** A zone by its origin, and the file that it is in. */
export interface ServedZone {
  /** With a final dot. */
  readonly origin: string;
  readonly path: string;
}

/** A server of Debian that serves zones from files. */
export interface OtherServer {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

type Start = (folder: string, zones: readonly ServedZone[]) => Promise<OtherServer>;

export const startNsd: Start = async (folder, zones) => {
  const port = await freePort();
  const state = await ownFolder(folder, "nsd");
  const config = `${nsdSettings({ port, state }, folder)}${zones.map(({ origin, path }) => `zone:\n  name: "${origin}"\n  zonefile: "${path}"\n`).join("")}`;
  const conf = join(state, "nsd.conf");
  await writeFile(conf, config);
  return started("NSD", port, zones, { path: "nsd", args: ["-d", "-c", conf] });
};

export const startKnot: Start = async (folder, zones) => {
  const port = await freePort();
  const state = await ownFolder(folder, "knot");
  const config = `${knotSettings({ port, state }, "warning")}template:
  - id: default
    storage: ${folder}
    semantic-checks: off
    journal-content: none
    zonefile-sync: -1
zone:
${zones.map(({ origin, path }) => `  - domain: ${origin}\n    file: ${path}\n`).join("")}`;
  const conf = join(state, "knot.conf");
  await writeFile(conf, config);
  return started("Knot", port, zones, { path: "knotd", args: ["-c", conf] });
};

async function ownFolder(folder: string, name: string): Promise<string> {
  const state = join(folder, name);
  await mkdir(state);
  return state;
}

/** Resolves when it answers for all zones. */
async function started(
  name: string,
  port: number,
  zones: readonly ServedZone[],
  { path, args }: { readonly path: string; readonly args: readonly string[] },
): Promise<OtherServer> {
  const program = await ChildProgram.start({ name, path, args });
  const questions = zones.map(({ origin }) => `${origin} SOA`);
  for (let isReady = false; !isReady;) {
    const replies = await askMany(port, questions);
    isReady = replies.every((packet) => packet && (packet.readUInt16BE(2) & 0x40f) === 0x400);
    if (!isReady && !program.isRunning) throw new Error(`${name} has ended: ${program.output}`);
  }
  return { name, port, stop: () => program.stop() };
}
