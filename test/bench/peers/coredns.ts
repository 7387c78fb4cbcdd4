import { PeerUnavailable } from "../bench-error.ts";
import { findProgram, goBinaryFolders } from "../find-program.ts";
import { writeCorefile } from "./corefile.ts";
import type { Peer } from "./peer.ts";
import { versionOf } from "./peer.ts";

/** Reads clusters from an API only, so it gets the bench's own one, in which nothing happens. */
export const coredns: Peer = {
  name: "coredns",
  resolves: true,
  locate() {
    const path = findProgram("coredns", goBinaryFolders());
    if (path === undefined) throw new PeerUnavailable("not in PATH, and not in Go's bin folder");
    return { path, version: versionOf(path, "-version") };
  },
  async prepare(program, task) {
    const endpoint = `endpoint http://127.0.0.1:${task.kubernetesApiPort}`;
    const corefile = await writeCorefile(task, endpoint);
    return {
      program: program.path,
      args: ["-conf", corefile, "-dns.port", String(task.port)],
      // It has one core: more threads would only take turns on it.
      environment: { GOMAXPROCS: "1" },
    };
  },
};
