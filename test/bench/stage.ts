import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchError, messageOf, PeerUnavailable } from "./bench-error.ts";
import type { Cluster } from "./cluster.ts";
import { compile } from "./compile.ts";
import { freePort } from "./free-port.ts";
import type { StaticKubernetesApi } from "./kubernetes-api.ts";
import { startKubernetesApi } from "./kubernetes-api.ts";
import type { Machine } from "./machine.ts";
import type { Peer } from "./peers/peer.ts";
import { waitUntilRight } from "./probe.ts";
import type { Command, RunningProcess } from "./processes.ts";
import { removeAtExit, start } from "./processes.ts";
import type { Setup, Workload } from "./workloads.ts";

/** What all servers share during the bench: a cluster, an upstream, a folder. */
export interface Stage {
  readonly machine: Machine;
  readonly folder: string;
  readonly cluster: Cluster;
  /** The load generator of tcp-one.c; empty when there is no C compiler. */
  readonly tcpOne: string;
  /** Nobody listens there when there is no C compiler. */
  readonly upstreamPort: number;
  close(): Promise<void>;
}

/** A server that has answered rightly and waits for load. */
export interface Server {
  readonly version: string;
  readonly port: number;
  readonly cores: readonly number[];
  readonly process: RunningProcess;
  /** The server's own one, so that its changes cost nobody else anything. */
  readonly api: StaticKubernetesApi;
  stop(): Promise<void>;
}

/** Brings up what the servers need. The folder is removed when the bench ends. */
export async function openStage(machine: Machine, cluster: Cluster): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-bench-"));
  removeAtExit(folder);
  const upstreamPort = await freePort();
  const upstream = await startUpstream(machine, folder, upstreamPort);
  const { compiler } = machine;
  const tcpOne = compiler === undefined ? "" : compile(compiler, "tcp-one", folder);
  const close = async () => upstream?.stop();
  return { machine, folder, cluster, tcpOne, upstreamPort, close };
}

/**
 * Starts a server on the cores of its own and waits until its answers are right.
 *
 * @throws PeerUnavailable when it is not installed, cannot do it, or does not get that far
 */
export async function startServer(
  peer: Peer,
  workload: Workload,
  setup: Setup,
  stage: Stage,
): Promise<Server> {
  const { machine, cluster, upstreamPort } = stage;
  checkAbility(peer, workload, machine);
  const folder = mkdtempSync(join(stage.folder, `${workload.name}-${peer.name}-`));
  const program = peer.locate(machine, folder);
  const cores = setup.cores === 1 ? [machine.serverCore] : [machine.serverCore, machine.loadCore];
  const port = await freePort();
  const api = await startKubernetesApi(cluster);
  const { directives } = workload;
  const task = { folder, port, cores: cores.length, directives, cluster, upstreamPort };
  let running: RunningProcess | undefined;
  const stop = async () => {
    await running?.stop();
    await api.close();
  };
  try {
    const command = await peer.prepare(program, { ...task, kubernetesApiPort: api.port });
    running = start(onCores(machine, cores, command), join(folder, "log"));
    await waitUntilRight(running, port, peer.resolves ? workload.samples : []);
  } catch (error) {
    await stop();
    throw error;
  }
  return { version: program.version, port, cores, process: running, api, stop };
}

function checkAbility(peer: Peer, workload: Workload, machine: Machine): void {
  if (workload.needsUpstream && machine.compiler === undefined) {
    throw new PeerUnavailable('no upstream to forward to: it is C, install "gcc"');
  }
  if (workload.shape.transport === "tcp-one" && machine.compiler === undefined) {
    throw new PeerUnavailable('no load generator: it is C, install "gcc"');
  }
  if (workload.directives.length > 0 && peer.resolves && !peer.followsCluster) {
    throw new PeerUnavailable("it reads no Corefile");
  }
  if (workload.setups.some(({ changesPerSecond }) => changesPerSecond > 0)) {
    if (!peer.followsCluster) throw new PeerUnavailable("it does not follow a cluster");
  }
  if (workload.setups.some(({ cores }) => cores > 1)) {
    if (!peer.hasThreads) throw new PeerUnavailable("it has one thread");
    if (machine.serverCore === machine.loadCore) throw new PeerUnavailable("there is one core");
  }
}

/** The bench runs on the load generator's core, and what it starts does too unless told otherwise. */
export function onCores(machine: Machine, cores: readonly number[], command: Command): Command {
  const args = ["-c", cores.join(","), command.program, ...command.args];
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
