import { existsSync } from "node:fs";
import { join } from "node:path";
import description from "../../../package.json" with { type: "json" };
import { PeerUnavailable } from "../bench-error.ts";
import { writeCorefile } from "./corefile.ts";
import type { Command } from "../processes.ts";
import type { Peer, Program, Task } from "./peer.ts";

/** Ours, as `npm start` runs it; the cluster is the bench's own API. */
export const portolan: Peer = builtPortolan("portolan", () => {
  const entry = join(import.meta.dirname, "../../../dist/main.js");
  if (!existsSync(entry)) throw new PeerUnavailable("the bundle is not built: npm run build");
  return { path: entry, version: description.version };
});

/** Another build, as the one before a change: PORTOLAN_BEFORE names its `dist/main.js`. */
export const before: Peer = builtPortolan("before", () => {
  const entry = process.env["PORTOLAN_BEFORE"] ?? "";
  if (entry === "") throw new PeerUnavailable("PORTOLAN_BEFORE names no other build");
  if (!existsSync(entry)) throw new PeerUnavailable(`there is no "${entry}" (PORTOLAN_BEFORE)`);
  return { path: entry, version: "before" };
});

function builtPortolan(name: string, locate: Peer["locate"]): Peer {
  return { name, resolves: true, followsCluster: true, hasThreads: true, locate, prepare };
}

async function prepare(program: Program, task: Task): Promise<Command> {
  const corefile = await writeCorefile(task);
  return {
    program: process.execPath,
    args: [
      "--max-semi-space-size=4",
      "--initial-old-space-size=48",
      program.path,
      "-conf",
      corefile,
      "-dns.port",
      String(task.port),
    ],
  };
}
