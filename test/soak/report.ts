import { formatTable, mebioctets, percentile } from "../bench/scale/table.ts";
import type { SoakReport } from "./soak.ts";

/** So much may come and go with garbage that has not been collected yet: in twelve seconds it is 7 to 13 MiB. */
const SLACK_OCTETS = 40 * 2 ** 20;

/** What does not hold; nothing if all is well. */
export function objectionsTo(report: SoakReport): string[] {
  const { tally, before, after, failures, exitCode } = report;
  const found = [
    ...tally.wrong.slice(0, 5),
    ...failures.slice(0, 5),
    `${tally.lostAtMs.length} queries lost`,
    `${after.handles - before.handles} handles more`,
    `${after.sockets - before.sockets} sockets more; new: ${newSockets(report).join(", ")}`,
    `${after.threads - before.threads} threads more`,
  ].filter((text) => !/^(-\d+|0) /.test(text));
  const grown = after.residentOctets - before.residentOctets;
  if (grown > SLACK_OCTETS) found.push(`${mebioctets(grown)} of memory more`);
  if (exitCode !== 0) found.push(`exit code ${exitCode}`);
  return found;
}

/** Those that were not there when it had warmed up. */
function newSockets({ before, after }: SoakReport): string[] {
  const added = [...after.socketNames].filter(([inode]) => !before.socketNames.has(inode));
  return added.map(([, name]) => name);
}

/** A table of figures, and one of what happened. */
export function describeSoak(report: SoakReport): string {
  const { tally, before, after, happened } = report;
  const two = (name: "handles" | "sockets" | "threads"): string[] => [
    name,
    `${before[name]}`,
    `${after[name]}`,
  ];
  const memory = [before, after].map(({ residentOctets }) => mebioctets(residentOctets));
  const p99 = percentile(tally.latenciesMs, 0.99).toFixed(1);
  const figures = [
    ["queries", "", `${tally.sent}`],
    ["answered rightly", "", `${tally.right}`],
    ["answered wrongly", "", `${tally.wrong.length}`],
    ["lost", "", `${tally.lostAtMs.length}`],
    ["99 % answered within", "", `${p99} ms`],
    ["changes of the cluster", "", `${report.changes}`],
    two("handles"),
    two("sockets"),
    two("threads"),
    ["resident memory", ...memory],
    ["its slope, second half", "", `${mebioctets(report.octetsPerHour)} an hour`],
    ["failures in the log", "", `${report.failures.length}`],
    ["exit code", "", `${report.exitCode}`],
  ];
  const events = [...happened].map(([name, count]) => [name, `${count}`]);
  return [
    formatTable(["figure", "warmed up", "at the end"], figures),
    formatTable(["what happened", "times"], events),
  ].join("\n\n");
}
