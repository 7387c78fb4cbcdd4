import { PeerUnavailable } from "../bench-error.ts";
import { findProgram, goBinaryFolders } from "../find-program.ts";
import { writeCorefile } from "./corefile.ts";
import type { Peer } from "./peer.ts";
import { versionOf } from "./peer.ts";

/** The server whose place Portolan takes; the cluster is the bench's own API. */
export const coredns: Peer = {
  name: "coredns",
  resolves: true,
  followsCluster: true,
  hasThreads: true,
  locate() {
    const path = findProgram("coredns", goBinaryFolders());
    if (path === undefined) throw new PeerUnavailable("not in PATH, and not in Go's bin folder");
    return { path, version: versionOf(path, "-version") };
  },
  async prepare(program, task) {
    const corefile = await writeCorefile(task);
    return {
      program: program.path,
      args: ["-conf", corefile, "-dns.port", String(task.port)],
      // More threads than cores would only take turns.
      environment: { GOMAXPROCS: String(task.cores) },
    };
  },
};
