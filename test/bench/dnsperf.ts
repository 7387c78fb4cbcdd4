import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BenchError } from "./bench-error.ts";
import { start } from "./processes.ts";

/** What to ask, of whom, for how long. */
export interface Load {
  readonly program: string;
  readonly port: number;
  /** A line per query: "name type". */
  readonly queryFile: string;
  readonly seconds: number;
  readonly outstanding: number;
  /** Asks each line once and then ends, rather than starting over. */
  readonly once: boolean;
}

/** What dnsperf counted. */
export interface LoadResult {
  readonly sent: number;
  readonly completed: number;
  readonly lost: number;
  /** Answers with a response code other than NOERROR. */
  readonly failed: number;
  readonly seconds: number;
  readonly averageLatencyMs: number;
}

/** How long dnsperf waits for a reply before it calls the query lost. */
const QUERY_TIMEOUT_SECONDS = 2;

/** Sockets that the queries come from, as from several pods. */
const CLIENTS = 8;

/** What a run may take beyond its length: the file to read, and the replies still under way. */
const GRACE_MS = 15_000;

/** A timer that does not keep the bench from ending. */
const UNHELD = { ref: false };

/** @throws BenchError when dnsperf fails, or does not end in time */
export async function runDnsperf(load: Load): Promise<LoadResult> {
  const args = [
    ["-s", "127.0.0.1", "-p", load.port, "-d", load.queryFile],
    ["-l", load.seconds, "-q", load.outstanding, "-c", CLIENTS, "-T", 1],
    ["-t", QUERY_TIMEOUT_SECONDS],
    load.once ? ["-n", 1] : [],
  ];
  const logFile = `${load.queryFile}.log`;
  const dnsperf = start({ program: load.program, args: args.flat().map(String) }, logFile);
  await Promise.race([dnsperf.ended, sleep(load.seconds * 1000 + GRACE_MS, undefined, UNHELD)]);
  const ending = dnsperf.ending();
  await dnsperf.stop();
  if (ending === undefined) throw new BenchError("Cannot run dnsperf: it does not end");
  if (!ending.startsWith("exit code 0")) throw new BenchError(`Cannot run dnsperf: ${ending}`);
  return parseReport(readFileSync(logFile, "utf8"));
}

/**
 * Parses the statistics that dnsperf 2 prints at the end.
 *
 * @throws BenchError when a figure is missing
 */
export function parseReport(text: string): LoadResult {
  const completed = figure(text, "Queries completed");
  const good = Number(/Response codes:.*\bNOERROR (\d+)/.exec(text)?.[1] ?? 0);
  return {
    sent: figure(text, "Queries sent"),
    completed,
    lost: figure(text, "Queries lost"),
    failed: completed - good,
    seconds: figure(text, "Run time (s)"),
    // No average is printed when nothing came back.
    averageLatencyMs: completed === 0 ? Number.NaN : figure(text, "Average Latency (s)") * 1000,
  };
}

function figure(text: string, label: string): number {
  const line = text.split("\n").find((line) => line.trimStart().startsWith(`${label}:`));
  const value = Number.parseFloat(line?.slice(line.indexOf(":") + 1) ?? "");
  if (Number.isFinite(value)) return value;
  throw new BenchError(`Cannot read dnsperf's report: no number for "${label}"`);
}
