import type { PeerResult, Run, WorkloadResult } from "./rounds.ts";
import { median, spread } from "./statistics.ts";

/** One server's figures in one workload: medians over the rounds, and sums of what went wrong. */
export interface Summary {
  readonly queriesPerSecond: number;
  readonly queriesPerCpuSecond: number;
  /** Half the range of the above over the rounds, as a share of it. */
  readonly spread: number;
  /** Share of its core that the server used. */
  readonly coreShare: number;
  /** Share of that core that others took from it: above a few per cent, do not trust the figures. */
  readonly othersShare: number;
  readonly lost: number;
  readonly failed: number;
  readonly averageLatencyMs: number;
  readonly residentMebioctets: number;
}

const HEADINGS = [
  "server",
  "queries/s",
  "per CPU-s",
  "spread",
  "core",
  "others",
  "lost",
  "failed",
  "latency",
  "RSS",
  "x coredns",
  "x echo",
];

export function summarize(runs: readonly Run[]): Summary {
  const middle = (figure: (run: Run) => number) => median(runs.map(figure));
  const total = (figure: (run: Run) => number) => runs.reduce((sum, run) => sum + figure(run), 0);
  return {
    queriesPerSecond: middle((run) => run.completed / run.seconds),
    queriesPerCpuSecond: middle(perCpuSecond),
    spread: spread(runs.map(perCpuSecond)),
    coreShare: middle((run) => run.cpuSeconds / run.seconds),
    othersShare: middle((run) => run.othersCpuSeconds / run.seconds),
    lost: total((run) => run.lost),
    failed: total((run) => run.failed),
    averageLatencyMs: middle((run) => run.averageLatencyMs),
    residentMebioctets: middle((run) => run.residentOctets / 2 ** 20),
  };
}

/** A workload's table, with a line for each server that could not take part. */
export function formatTable({ title, peers }: WorkloadResult): string {
  const measured = peers.filter((peer) => peer.unavailable === undefined && peer.runs.length > 0);
  const summaries = new Map(measured.map((peer) => [peer.name, summarize(peer.runs)]));
  const rows = measured.map((peer) => formatRow(peer, summaries));
  const absent = peers
    .filter((peer) => peer.unavailable !== undefined)
    .map((peer) => `${peer.name}: not available: ${peer.unavailable}`);
  const table = rows.length === 0 ? [] : align([HEADINGS, ...rows]);
  return [title, ...table, ...absent].join("\n");
}

/** The figures of every run, for programs. */
export function toJson(machine: string, results: readonly WorkloadResult[]): string {
  const workloads = results.map((result) => ({
    ...result,
    peers: result.peers.map((peer) =>
      peer.runs.length === 0 ? peer : { ...peer, median: summarize(peer.runs) },
    ),
  }));
  return `${JSON.stringify({ machine, workloads }, undefined, 2)}\n`;
}

function formatRow(peer: PeerResult, summaries: ReadonlyMap<string, Summary>): string[] {
  const own = summaries.get(peer.name) ?? summarize(peer.runs);
  const ratioTo = (name: string) => {
    const other = summaries.get(name);
    if (other === undefined) return "-";
    return (own.queriesPerCpuSecond / other.queriesPerCpuSecond).toFixed(2);
  };
  return [
    `${peer.name} ${peer.version}`.trim(),
    whole(own.queriesPerSecond),
    whole(own.queriesPerCpuSecond),
    `±${(own.spread * 100).toFixed(1)} %`,
    `${(own.coreShare * 100).toFixed(0)} %`,
    `${(own.othersShare * 100).toFixed(0)} %`,
    whole(own.lost),
    whole(own.failed),
    `${own.averageLatencyMs.toFixed(2)} ms`,
    `${own.residentMebioctets.toFixed(0)} MiB`,
    ratioTo("coredns"),
    ratioTo("echo"),
  ];
}

function perCpuSecond(run: Run): number {
  return run.completed / run.cpuSeconds;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Pads the cells to columns: the first to the left, figures to the right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  "),
  );
}
