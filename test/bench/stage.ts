import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchError, messageOf, PeerUnavailable } from "./bench-error.ts";
import type { Cluster } from "./cluster.ts";
import { compile } from "./compile.ts";
import { freePort } from "./free-port.ts";
import { startKubernetesApi } from "./kubernetes-api.ts";
import type { Machine } from "./machine.ts";
import type { Peer } from "./peers/peer.ts";
import { waitUntilRight } from "./probe.ts";
import type { Command, RunningProcess } from "./processes.ts";
import { removeAtExit, start } from "./processes.ts";
import type { Workload } from "./workloads.ts";

/** What all servers share during the bench: a cluster, its API, an upstream, a folder. */
export interface Stage {
  readonly machine: Machine;
  readonly folder: string;
  readonly cluster: Cluster;
  readonly kubernetesApiPort: number;
  /** Nobody listens there when there is no C compiler. */
  readonly upstreamPort: number;
  close(): Promise<void>;
}

/** A server that has answered rightly and waits for load. */
export interface Server {
  readonly peer: Peer;
  readonly version: string;
  readonly port: number;
  readonly process: RunningProcess;
}

/** Brings up what the servers need. The folder is removed when the bench ends. */
export async function openStage(machine: Machine, cluster: Cluster): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-bench-"));
  removeAtExit(folder);
  const api = await startKubernetesApi(cluster);
  const upstreamPort = await freePort();
  const upstream = await startUpstream(machine, folder, upstreamPort);
  return {
    machine,
    folder,
    cluster,
    kubernetesApiPort: api.port,
    upstreamPort,
    close: async () => {
      await upstream?.stop();
      await api.close();
    },
  };
}

/**
 * Starts a server on the core of its own and waits until its answers are right.
 *
 * @throws PeerUnavailable when it is not installed or does not get that far
 */
export async function startServer(peer: Peer, workload: Workload, stage: Stage): Promise<Server> {
  const { machine, cluster, kubernetesApiPort, upstreamPort } = stage;
  if (workload.source === "upstream" && machine.compiler === undefined) {
    throw new PeerUnavailable('no upstream to forward to: it is C, install "gcc"');
  }
  const folder = join(stage.folder, `${workload.name}-${peer.name}`);
  mkdirSync(folder);
  const program = peer.locate(machine, folder);
  const port = await freePort();
  const { source } = workload;
  const task = { folder, port, source, cluster, kubernetesApiPort, upstreamPort };
  const command = onCore(machine, await peer.prepare(program, task));
  const running = start(command, join(folder, "log"));
  try {
    await waitUntilRight(running, port, peer.resolves ? workload.samples : []);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { peer, version: program.version, port, process: running };
}

/** The bench runs on the load generator's core, and what it starts does too unless told otherwise. */
function onCore(machine: Machine, command: Command): Command {
  const args = ["-c", String(machine.serverCore), command.program, ...command.args];
  return { ...command, program: machine.taskset, args };
}

async function startUpstream(
  { compiler }: Machine,
  folder: string,
  port: number,
): Promise<RunningProcess | undefined> {
  if (compiler === undefined) return undefined;
  const program = compile(compiler, "upstream", folder);
  const upstream = start({ program, args: [String(port)] }, join(folder, "upstream.log"));
  try {
    await waitUntilRight(upstream, port, []);
  } catch (cause) {
    throw new BenchError(`Cannot start the upstream: ${messageOf(cause)}`, { cause });
  }
  return upstream;
}
