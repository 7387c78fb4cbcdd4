import { STALL_BOUNDS_MS } from "./dnsperf.ts";
import type { PeerResult, Run, WorkloadResult } from "./rounds.ts";
import { median, spread } from "./statistics.ts";

/** One server's figures in one workload: medians over the rounds, and sums of what went wrong. */
export interface Summary {
  readonly queriesPerSecond: number;
  readonly queriesPerCpuSecond: number;
  /** Half the range of the above over the rounds, as a share of it. */
  readonly spread: number;
  /** Share of its cores that the server used. */
  readonly coreShare: number;
  /** Share of those cores that others took: on one core, do not trust the figures above a few per cent. */
  readonly othersShare: number;
  /** Share of those cores that nobody used. */
  readonly idleShare: number;
  readonly lost: number;
  readonly failed: number;
  /** See {@link Run.stale}. */
  readonly stale: number;
  readonly averageLatencyMs: number;
  /** NaN where the queries did not come at a rate. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Of all rounds. */
  readonly maxMs: number;
  /** Of all rounds together: see `Latency` in dnsperf.ts. */
  readonly stalls: readonly number[];
  readonly residentMebioctets: number;
}

/** A column: its heading, and the text in the row of a server. */
interface Column {
  readonly heading: string;
  cell(own: Row, rows: readonly Row[]): string;
}

interface Row {
  readonly peer: PeerResult;
  readonly summary: Summary;
}

const SERVER: Column = {
  heading: "server",
  cell: ({ peer }) => [peer.name, peer.version, peer.setup].filter((part) => part !== "").join(" "),
};

/** What tells whether the figures beside it are worth anything. */
const CONDITIONS: readonly Column[] = [
  { heading: "core", cell: ({ summary }) => percent(summary.coreShare) },
  { heading: "others", cell: ({ summary }) => percent(summary.othersShare) },
  { heading: "idle", cell: ({ summary }) => percent(summary.idleShare) },
  { heading: "lost", cell: ({ summary }) => whole(summary.lost) },
  { heading: "failed", cell: ({ summary }) => whole(summary.failed) },
  { heading: "stale", cell: ({ summary }) => whole(summary.stale) },
];

const COST_COLUMNS: readonly Column[] = [
  SERVER,
  { heading: "queries/s", cell: ({ summary }) => whole(summary.queriesPerSecond) },
  { heading: "per CPU-s", cell: ({ summary }) => whole(summary.queriesPerCpuSecond) },
  { heading: "spread", cell: ({ summary }) => `±${(summary.spread * 100).toFixed(1)} %` },
  ...CONDITIONS,
  { heading: "latency", cell: ({ summary }) => milliseconds(summary.averageLatencyMs) },
  { heading: "RSS", cell: ({ summary }) => `${summary.residentMebioctets.toFixed(0)} MiB` },
  ...["coredns", "unbound", "echo"].map((name) => ratioTo(name, perCpu)),
];

const LATENCY_COLUMNS: readonly Column[] = [
  SERVER,
  { heading: "queries/s", cell: ({ summary }) => whole(summary.queriesPerSecond) },
  { heading: "p50", cell: ({ summary }) => milliseconds(summary.p50Ms) },
  { heading: "p99", cell: ({ summary }) => milliseconds(summary.p99Ms) },
  { heading: "p99.9", cell: ({ summary }) => milliseconds(summary.p999Ms) },
  { heading: "longest", cell: ({ summary }) => milliseconds(summary.maxMs) },
  ...STALL_BOUNDS_MS.map((bound, i): Column => {
    return { heading: `>${bound} ms`, cell: ({ summary }) => whole(summary.stalls[i] ?? 0) };
  }),
  ...CONDITIONS,
  ...["coredns", "unbound"].map((name) => {
    return { ...ratioTo(name, ({ p99Ms }) => p99Ms), heading: `p99 x ${name}` };
  }),
];

export function summarize(runs: readonly Run[]): Summary {
  const middle = (figure: (run: Run) => number) => median(runs.map(figure));
  const total = (figure: (run: Run) => number) => runs.reduce((sum, run) => sum + figure(run), 0);
  const shareOf = (cpuSeconds: number, run: Run) => cpuSeconds / run.cores / run.seconds;
  const perCpuSecond = (run: Run) => run.completed / run.cpuSeconds;
  return {
    queriesPerSecond: middle((run) => run.completed / run.seconds),
    queriesPerCpuSecond: middle(perCpuSecond),
    spread: spread(runs.map(perCpuSecond)),
    coreShare: middle((run) => shareOf(run.cpuSeconds, run)),
    othersShare: middle((run) => shareOf(run.othersCpuSeconds, run)),
    idleShare: middle((run) =>
      Math.max(0, 1 - shareOf(run.cpuSeconds + run.othersCpuSeconds, run)),
    ),
    lost: total((run) => run.lost),
    failed: total((run) => run.failed),
    stale: total((run) => run.stale),
    averageLatencyMs: middle((run) => run.averageLatencyMs),
    p50Ms: middle((run) => run.latency?.p50Ms ?? Number.NaN),
    p99Ms: middle((run) => run.latency?.p99Ms ?? Number.NaN),
    p999Ms: middle((run) => run.latency?.p999Ms ?? Number.NaN),
    maxMs: Math.max(...runs.map((run) => run.latency?.maxMs ?? Number.NaN)),
    stalls: STALL_BOUNDS_MS.map((_bound, i) => total((run) => run.latency?.stalls[i] ?? 0)),
    residentMebioctets: middle((run) => run.residentOctets / 2 ** 20),
  };
}

/** A workload's table, with a line for each server that could not take part. */
export function formatTable(result: WorkloadResult): string {
  const rows = result.peers
    .filter((peer) => peer.unavailable === undefined && peer.runs.length > 0)
    .map((peer): Row => ({ peer, summary: summarize(peer.runs) }));
  const columns = columnsOf(result);
  const cells = rows.map((row) => columns.map((column) => column.cell(row, rows)));
  const table = rows.length === 0 ? [] : align([columns.map(({ heading }) => heading), ...cells]);
  return [titleOf(result), ...table, ...absences(result)].join("\n");
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

function titleOf({ title, queriesPerSecond }: WorkloadResult): string {
  return queriesPerSecond === undefined ? title : `${title}, ${whole(queriesPerSecond)} a second`;
}

/** Where there are several setups, each server is also held against itself in the first one. */
function columnsOf({ measures, peers }: WorkloadResult): readonly Column[] {
  const base = peers[0]?.setup ?? "";
  const columns = measures === "cost" ? COST_COLUMNS : LATENCY_COLUMNS;
  if (peers.every(({ setup }) => setup === base)) return columns;
  return [...columns, ratioToBase(base)];
}

function absences({ peers }: WorkloadResult): string[] {
  const lines = peers
    .filter((peer) => peer.unavailable !== undefined)
    .map((peer) => `${peer.name}: not available: ${peer.unavailable}`);
  return [...new Set(lines)];
}

/** The figure as a multiple of that of a server in the same setup. */
function ratioTo(name: string, figure: (summary: Summary) => number): Column {
  return {
    heading: `x ${name}`,
    cell: (own, rows) => {
      const sameSetup = rows.filter(({ peer }) => peer.setup === own.peer.setup);
      return ratio(
        own,
        sameSetup.find(({ peer }) => peer.name === name),
        figure,
      );
    },
  };
}

/** The figure as a multiple of the same server's in another setup. */
function ratioToBase(setup: string): Column {
  return {
    heading: `x ${setup}`,
    cell: (own, rows) => {
      const sameServer = rows.filter(({ peer }) => peer.name === own.peer.name);
      return ratio(
        own,
        sameServer.find(({ peer }) => peer.setup === setup),
        perCpu,
      );
    },
  };
}

function ratio(own: Row, other: Row | undefined, figure: (summary: Summary) => number): string {
  return other === undefined ? "-" : (figure(own.summary) / figure(other.summary)).toFixed(2);
}

function perCpu({ queriesPerCpuSecond }: Summary): number {
  return queriesPerCpuSecond;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function milliseconds(value: number): string {
  return Number.isNaN(value) ? "-" : `${value.toFixed(2)} ms`;
}

/** Pads the cells to columns: the first to the left, figures to the right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
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
