import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PeerUnavailable } from "./bench-error.ts";
import { ClusterChanges } from "./changes.ts";
import { busySecondsOfCore, cpuSecondsOfTree, residentOctetsOfTree } from "./cpu-time.ts";
import type { Load, LoadResult } from "./dnsperf.ts";
import { runLoad } from "./dnsperf.ts";
import type { Options } from "./options.ts";
import type { Peer } from "./peers/peer.ts";
import { countWrong } from "./probe.ts";
import type { Server, Stage } from "./stage.ts";
import { onCores, startServer } from "./stage.ts";
import { median } from "./statistics.ts";
import type { Setup, Workload } from "./workloads.ts";

/** One run of one server under load. */
export interface Run extends LoadResult {
  /** Answers with a response code that none should have. */
  readonly failed: number;
  /** Of the server's processes. */
  readonly cpuSeconds: number;
  /** How many cores the server may run on. */
  readonly cores: number;
  /** Of everything else on the server's cores meanwhile. */
  readonly othersCpuSeconds: number;
  /** Of the names that changed last, those that had another address still a second later. */
  readonly stale: number;
  /** At the end of the run. */
  readonly residentOctets: number;
}

/** All runs of one server in one setup, or why there are none. */
export interface PeerResult {
  readonly name: string;
  readonly version: string;
  /** See {@link Setup.label}. */
  readonly setup: string;
  readonly runs: readonly Run[];
  readonly unavailable: string | undefined;
}

export interface WorkloadResult {
  readonly name: string;
  readonly title: string;
  readonly measures: Workload["measures"];
  /** The rate that everybody was asked at; undefined where each was asked as fast as it answered. */
  readonly queriesPerSecond: number | undefined;
  readonly peers: readonly PeerResult[];
}

/** A server on its way through the rounds; one that fails drops out, and the others go on. */
interface Contestant {
  readonly peer: Peer;
  readonly setup: Setup;
  server: Server | undefined;
  unavailable: string | undefined;
  readonly runs: Run[];
}

/** How one round is run. */
interface Round {
  readonly workload: Workload;
  readonly stage: Stage;
  readonly seconds: number;
  readonly outstanding: number;
  readonly queriesPerSecond: number | undefined;
}

/** So many that a server which falls behind is still asked at the same rate: no wait is hidden. */
const OUTSTANDING_AT_A_RATE = 50_000;
/** The share of the reference's peak at which latency is measured. */
const LOAD_SHARE = 0.5;
const REFERENCE = "coredns";
/** Caches keep what they are asked twice, and V8 compiles what is called often. */
const WARM_UP_PASSES = 5;
const WARM_UP_RUNS = 5;
/** How long a server has to learn of a change before its answer counts as stale. */
const CHANGE_TIMEOUT_MS = 1000;

/** Starts every server, warms it up, and gives each one run a round, so that noise meets all alike. */
export async function runWorkload(
  workload: Workload,
  peers: readonly Peer[],
  stage: Stage,
  options: Options,
): Promise<WorkloadResult> {
  const contestants = peers.flatMap((peer) =>
    workload.setups.map((setup): Contestant => {
      return { peer, setup, server: undefined, unavailable: undefined, runs: [] };
    }),
  );
  const seconds = Math.max(options.seconds, workload.leastSeconds);
  const { queriesPerSecond } = workload;
  const outstanding = queriesPerSecond === undefined ? options.outstanding : OUTSTANDING_AT_A_RATE;
  let round: Round = { workload, stage, seconds, outstanding, queriesPerSecond };
  try {
    for (const contestant of contestants) {
      await attempt(contestant, async () => {
        contestant.server = await startServer(contestant.peer, workload, contestant.setup, stage);
      });
    }
    await warmUpAll(contestants, { ...round, seconds: options.warmUpSeconds });
    const isToTry = workload.measures === "latency" && queriesPerSecond === undefined;
    if (isToTry) round = await atHalfPeak(contestants, round, options);
    for (let number = 0; number < options.rounds; number++) {
      await runRound(rotated(contestants, number), round);
    }
  } finally {
    for (const { server } of contestants) await server?.stop();
  }
  const { name, title, measures } = workload;
  const peerResults = contestants.map(resultOf);
  return { name, title, measures, queriesPerSecond: round.queriesPerSecond, peers: peerResults };
}

/** Until each server has answered every question some times, or the machine is too busy for that. */
async function warmUpAll(contestants: readonly Contestant[], round: Round): Promise<void> {
  const { workload, seconds } = round;
  const wanted = workload.once ? 0 : WARM_UP_PASSES * workload.questions(seconds).length;
  for (let run = 0; run < WARM_UP_RUNS; run++) {
    const cold = contestants.filter(({ runs }) => {
      return runs.length === 0 || runs.reduce((sum, { completed }) => sum + completed, 0) < wanted;
    });
    if (cold.length > 0) await runRound(cold, round);
  }
  for (const { runs } of contestants) runs.length = 0;
}

/** Finds how much CoreDNS can do, or the first server there is, and asks everybody for half of that. */
async function atHalfPeak(
  contestants: readonly Contestant[],
  round: Round,
  { rounds, seconds }: Options,
): Promise<Round> {
  const able = contestants.filter(({ unavailable }) => unavailable === undefined);
  const reference = able.find(({ peer }) => peer.name === REFERENCE) ?? able[0];
  if (reference === undefined) return round;
  const trial = { ...round, seconds };
  for (let number = 0; number < rounds; number++) await runRound([reference], trial);
  const peak = median(reference.runs.map(({ completed, seconds }) => completed / seconds));
  reference.runs.length = 0;
  if (!(peak > 0)) return round;
  const queriesPerSecond = peak * LOAD_SHARE;
  return { ...round, queriesPerSecond, outstanding: OUTSTANDING_AT_A_RATE };
}

async function runRound(contestants: readonly Contestant[], round: Round): Promise<void> {
  const { workload, stage } = round;
  const queryFile = join(stage.folder, `${workload.name}.queries`);
  writeFileSync(queryFile, `${workload.questions(round.seconds).join("\n")}\n`);
  for (const contestant of contestants) {
    const { server } = contestant;
    if (server === undefined || contestant.unavailable !== undefined) continue;
    const load = loadOf(round, server, queryFile);
    await attempt(contestant, async () => {
      contestant.runs.push(await measure(contestant, server, load, round));
    });
  }
}

/** A server that has several cores shares them all with the load generator, which then has as many threads. */
function loadOf({ stage, workload, ...round }: Round, server: Server, queryFile: string): Load {
  const { machine } = stage;
  const cores = server.cores.length > 1 ? server.cores : [machine.loadCore];
  const generator = workload.shape.transport === "tcp-one" ? stage.tcpOne : machine.dnsperf;
  const { program, args } = onCores(machine, cores, { program: generator, args: [] });
  return {
    command: [program, ...args],
    threads: cores.length,
    port: server.port,
    queryFile,
    seconds: round.seconds,
    outstanding: round.outstanding,
    once: workload.once,
    shape: workload.shape,
    queriesPerSecond: round.queriesPerSecond,
  };
}

async function measure(
  { peer, setup }: Contestant,
  server: Server,
  load: Load,
  { workload, stage }: Round,
): Promise<Run> {
  const { pid } = server.process;
  const coreSeconds = () => server.cores.reduce((sum, core) => sum + busySecondsOfCore(core), 0);
  const changes = new ClusterChanges(stage.cluster, server.api, setup.changesPerSecond);
  const coresBefore = coreSeconds();
  const before = cpuSecondsOfTree(pid);
  const startMs = performance.now();
  changes.start();
  const counted = await runLoad(load);
  const wallSeconds = (performance.now() - startMs) / 1000;
  const changed = changes.stop();
  const cpuSeconds = cpuSecondsOfTree(pid) - before;
  // The two clocks tick apart, so that the difference may fall below nothing.
  const others = Math.max(0, coreSeconds() - coresBefore - cpuSeconds);
  // dnsperf takes longer than its run: it waits for what is lost.
  const othersCpuSeconds = (others * counted.seconds) / wallSeconds;
  const ending = server.process.ending();
  if (ending !== undefined) throw new PeerUnavailable(`ended under load: ${ending}`);
  const stale = await countWrong(server.port, changed, CHANGE_TIMEOUT_MS);
  const failed = peer.resolves ? countOthers(counted, workload.rcodes) : 0;
  return {
    ...counted,
    failed,
    cpuSeconds,
    cores: server.cores.length,
    othersCpuSeconds,
    stale,
    residentOctets: residentOctetsOfTree(pid),
  };
}

/** Answers with response codes other than these. */
export function countOthers({ rcodes }: LoadResult, expected: readonly string[]): number {
  const others = Object.entries(rcodes).filter(([rcode]) => !expected.includes(rcode));
  return others.reduce((sum, [, count]) => sum + count, 0);
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

function resultOf({ peer, setup, server, runs, unavailable }: Contestant): PeerResult {
  const version = server?.version ?? "";
  return { name: peer.name, version, setup: setup.label, runs, unavailable };
}
