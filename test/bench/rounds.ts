import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PeerUnavailable } from "./bench-error.ts";
import { busySecondsOfCore, cpuSecondsOfTree, residentOctetsOfTree } from "./cpu-time.ts";
import type { Load, LoadResult } from "./dnsperf.ts";
import { runDnsperf } from "./dnsperf.ts";
import type { Options } from "./options.ts";
import type { Peer } from "./peers/peer.ts";
import type { Server, Stage } from "./stage.ts";
import { startServer } from "./stage.ts";
import type { Workload } from "./workloads.ts";

/** One run of one server under load. */
export interface Run extends LoadResult {
  /** Of the server's processes. */
  readonly cpuSeconds: number;
  /** Of everything else on the server's core meanwhile. */
  readonly othersCpuSeconds: number;
  /** At the end of the run. */
  readonly residentOctets: number;
}

/** All runs of one server, or why there are none. */
export interface PeerResult {
  readonly name: string;
  readonly version: string;
  readonly runs: readonly Run[];
  readonly unavailable: string | undefined;
}

export interface WorkloadResult {
  readonly name: string;
  readonly title: string;
  readonly peers: readonly PeerResult[];
}

/** A server on its way through the rounds; one that fails drops out, and the others go on. */
interface Contestant {
  readonly peer: Peer;
  server: Server | undefined;
  unavailable: string | undefined;
  readonly runs: Run[];
}

/** Starts every server, warms it up, and gives each one run a round, so that noise meets all alike. */
export async function runWorkload(
  workload: Workload,
  peers: readonly Peer[],
  stage: Stage,
  options: Options,
): Promise<WorkloadResult> {
  const contestants = peers.map((peer): Contestant => ({
    peer,
    server: undefined,
    unavailable: undefined,
    runs: [],
  }));
  try {
    for (const contestant of contestants) {
      await attempt(contestant, async () => {
        contestant.server = await startServer(contestant.peer, workload, stage);
      });
    }
    await runRound(contestants, workload, stage, { ...options, seconds: options.warmUpSeconds });
    for (const contestant of contestants) contestant.runs.length = 0;
    for (let round = 0; round < options.rounds; round++) {
      await runRound(rotated(contestants, round), workload, stage, options);
    }
  } finally {
    for (const { server } of contestants) await server?.process.stop();
  }
  return { name: workload.name, title: workload.title, peers: contestants.map(resultOf) };
}

async function runRound(
  contestants: readonly Contestant[],
  workload: Workload,
  stage: Stage,
  { seconds, outstanding }: Options,
): Promise<void> {
  const queryFile = join(stage.folder, `${workload.name}.queries`);
  const lines = workload.qnames(seconds).map((qname) => `${qname} A\n`);
  writeFileSync(queryFile, lines.join(""));
  const program = stage.machine.dnsperf;
  const { once } = workload;
  for (const contestant of contestants) {
    const { server } = contestant;
    if (server === undefined || contestant.unavailable !== undefined) continue;
    const load = { program, port: server.port, queryFile, seconds, outstanding, once };
    await attempt(contestant, async () => {
      contestant.runs.push(await measure(server, load, stage.machine.serverCore));
    });
  }
}

async function measure(server: Server, load: Load, core: number): Promise<Run> {
  const { pid } = server.process;
  const coreBefore = busySecondsOfCore(core);
  const before = cpuSecondsOfTree(pid);
  const counted = await runDnsperf(load);
  const cpuSeconds = cpuSecondsOfTree(pid) - before;
  const coreSeconds = busySecondsOfCore(core) - coreBefore;
  const ending = server.process.ending();
  if (ending !== undefined) throw new PeerUnavailable(`ended under load: ${ending}`);
  // The two clocks tick apart, so that the difference may fall below nothing.
  const othersCpuSeconds = Math.max(0, coreSeconds - cpuSeconds);
  return { ...counted, cpuSeconds, othersCpuSeconds, residentOctets: residentOctetsOfTree(pid) };
}

async function attempt(contestant: Contestant, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof PeerUnavailable)) throw error;
    contestant.unavailable = error.message;
  }
}

/** The same in another order, so that nobody always comes first or always follows the same one. */
function rotated<T>(all: readonly T[], by: number): T[] {
  const first = by % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function resultOf({ peer, server, runs, unavailable }: Contestant): PeerResult {
  return { name: peer.name, version: server?.version ?? "", runs, unavailable };
}
