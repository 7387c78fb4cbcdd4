import { existsSync } from "node:fs";
import { join } from "node:path";
import description from "../../../package.json" with { type: "json" };
import { PeerUnavailable } from "../bench-error.ts";
import { writeCorefile } from "./corefile.ts";
import type { Peer } from "./peer.ts";

const entry = join(import.meta.dirname, "../../../dist/main.js");

/** Ours, as `npm start` runs it; the cluster is the bench's own API. */
export const portolan: Peer = {
  name: "portolan",
  resolves: true,
  followsCluster: true,
  hasThreads: true,
  locate() {
    if (!existsSync(entry)) throw new PeerUnavailable("the bundle is not built: npm run build");
    return { path: entry, version: description.version };
  },
  async prepare(program, task) {
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
  },
};
