import { PeerUnavailable } from "../bench-error.ts";
import { compile } from "../compile.ts";
import type { Peer } from "./peer.ts";

/** Not a server but the least that one could cost: see echo.c. */
export const echo: Peer = {
  name: "echo",
  resolves: false,
  followsCluster: false,
  hasThreads: true,
  locate(machine, folder) {
    if (machine.compiler === undefined) throw new PeerUnavailable('no C compiler: install "gcc"');
    return { path: compile(machine.compiler, "echo", folder), version: "" };
  },
  prepare(program, task) {
    return { program: program.path, args: [String(task.port), String(task.cores)] };
  },
};
