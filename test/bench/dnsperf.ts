import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BenchError } from "./bench-error.ts";
import { start } from "./processes.ts";
import { percentile } from "./statistics.ts";
import type { LoadShape } from "./workloads.ts";

/** What to ask, of whom, for how long. */
export interface Load {
  /** How the load generator is called, such as with `taskset` in front: dnsperf, or tcp-one.c for `tcp-one`. */
  readonly command: readonly string[];
  readonly threads: number;
  readonly port: number;
  /** A line per query: "name type". */
  readonly queryFile: string;
  readonly seconds: number;
  readonly outstanding: number;
  /** Asks each line once and then ends, rather than starting over. */
  readonly once: boolean;
  readonly shape: LoadShape;
  /** Undefined: as fast as replies come. Otherwise each query's latency is taken, too. */
  readonly queriesPerSecond: number | undefined;
  /** Whether it asks for signatures. */
  readonly dnssecOk?: boolean;
}

/** What dnsperf counted. */
export interface LoadResult {
  readonly sent: number;
  readonly completed: number;
  readonly lost: number;
  /** Answers by response code. */
  readonly rcodes: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly averageLatencyMs: number;
  /** Only where a rate was asked for. */
  readonly latency: Latency | undefined;
}

/** What a share of the answers was faster than. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** How many stalls were longer than each of {@link STALL_BOUNDS_MS}. */
  readonly stalls: readonly number[];
}

/** What a stall may have been longer than. */
export const STALL_BOUNDS_MS: readonly number[] = [1, 5, 10];

/** How long dnsperf waits for a reply before it calls the query lost. */
const QUERY_TIMEOUT_SECONDS = 2;

/** What a run may take beyond its length: the file to read, and the replies still under way. */
const GRACE_MS = 15_000;

/** A timer that does not keep the bench from ending. */
const UNHELD = { ref: false };

/** @throws BenchError when the load generator fails, or does not end in time */
export async function runLoad(load: Load): Promise<LoadResult> {
  const [program = "", ...before] = load.command;
  const logFile = `${load.queryFile}.log`;
  const isDnsperf = load.shape.transport !== "tcp-one";
  const args = isDnsperf ? dnsperfArguments(load) : tcpOneArguments(load);
  const generator = start({ program, args: [...before, ...args] }, logFile);
  await Promise.race([generator.ended, sleep(load.seconds * 1000 + GRACE_MS, undefined, UNHELD)]);
  const ending = generator.ending();
  await generator.stop();
  if (ending === undefined) throw new BenchError("Cannot load the server: no end of it");
  if (!ending.startsWith("exit code 0")) throw new BenchError(`Cannot load the server: ${ending}`);
  const text = readFileSync(logFile, "utf8");
  const latency = load.queriesPerSecond === undefined ? undefined : parseLatency(text);
  return { ...parseReport(text), latency };
}

/** The command line of dnsperf 2. */
export function dnsperfArguments(load: Load): string[] {
  const { transport, clients } = load.shape;
  const args = [
    ["-s", "127.0.0.1", "-p", load.port, "-d", load.queryFile, "-m", transport],
    ["-l", load.seconds, "-q", load.outstanding, "-c", clients, "-T", load.threads],
    ["-t", QUERY_TIMEOUT_SECONDS],
    load.once ? ["-n", 1] : [],
    load.dnssecOk === true ? ["-D"] : [],
    load.queriesPerSecond === undefined ? [] : ["-v", "-Q", Math.round(load.queriesPerSecond)],
  ];
  return args.flat().map(String);
}

function tcpOneArguments({ port, queryFile, seconds, shape }: Load): string[] {
  return [String(port), queryFile, String(seconds), String(shape.clients)];
}

/**
 * Parses the statistics that dnsperf 2 prints at the end.
 *
 * @throws BenchError when a figure is missing
 */
export function parseReport(text: string): Omit<LoadResult, "latency"> {
  const statistics = text.slice(Math.max(0, text.lastIndexOf("\nStatistics:")));
  const completed = figure(statistics, "Queries completed");
  const codes = /Response codes:(.*)/.exec(statistics)?.[1] ?? "";
  const counts = codes.matchAll(/(\w+) (\d+) \(/g);
  return {
    sent: figure(statistics, "Queries sent"),
    completed,
    lost: figure(statistics, "Queries lost"),
    rcodes: Object.fromEntries([...counts].map(([, rcode, count]) => [rcode, Number(count)])),
    seconds: figure(statistics, "Run time (s)"),
    // No average is printed when nothing came back.
    averageLatencyMs:
      completed === 0 ? Number.NaN : figure(statistics, "Average Latency (s)") * 1000,
  };
}

/**
 * Reads what dnsperf says of each query (`-v`); a query without reply is a `T` without a time.
 *
 *   > NOERROR service-1.team-1.svc.cluster.local A 0.000041
 *   > T service-1.team-1.svc.cluster.local A
 *
 * @returns undefined when there was no reply at all
 */
export function parseLatency(text: string): Latency | undefined {
  const lines = text.matchAll(/^> [A-Z]\w+ \S+ \S+ (\d+\.\d+)$/gm);
  const times = Float64Array.from(lines, ([, seconds]) => Number(seconds) * 1000);
  if (times.length === 0) return undefined;
  const stalls = STALL_BOUNDS_MS.map((bound) => countStalls(times, bound));
  const sorted = times.sort();
  return {
    stalls,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    p999Ms: percentile(sorted, 0.999),
    maxMs: percentile(sorted, 1),
  };
}

/** Replies behind each other that all took longer have waited for one and the same. */
function countStalls(times: Float64Array, boundMs: number): number {
  let stalls = 0;
  let isStalled = false;
  for (const time of times) {
    if (time > boundMs && !isStalled) stalls++;
    isStalled = time > boundMs;
  }
  return stalls;
}

function figure(text: string, label: string): number {
  const line = text.split("\n").find((line) => line.trimStart().startsWith(`${label}:`));
  const value = Number.parseFloat(line?.slice(line.indexOf(":") + 1) ?? "");
  if (Number.isFinite(value)) return value;
  throw new BenchError(`Cannot read dnsperf's report: no number for "${label}"`);
}
