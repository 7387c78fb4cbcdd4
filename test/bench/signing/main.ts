import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { BenchError } from "../bench-error.ts";
import { findProgram } from "../find-program.ts";
import { select } from "../options.ts";
import { cleanUpAtExit } from "../processes.ts";
import { formatTable } from "../scale/table.ts";
import type { SigningFigures } from "./measure-signing.ts";
import { measureSigning } from "./measure-signing.ts";
import { findSigningServers } from "./signing-servers.ts";

const USAGE = `npm run bench:signing -- [options]
  --names N       of the zone; each is asked once (200000)
  --seconds N     of each run (5)
  --rate N        questions a second at which the tail is measured (1000)
  --servers LIST  portolan, coredns, knot`;

const HEADINGS = [
  "server",
  "new names per CPU-s",
  "denials per CPU-s",
  "repeated per CPU-s",
  "p50",
  "p99",
  "p99.9",
  "longest",
  "failed",
];

const { values } = parseArgs({
  options: {
    names: { type: "string", default: "200000" },
    seconds: { type: "string", default: "5" },
    rate: { type: "string", default: "1000" },
    servers: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

async function bench(): Promise<void> {
  const dnsperf = findProgram("dnsperf");
  if (dnsperf === undefined) throw new BenchError('Cannot find "dnsperf": install the package');
  cleanUpAtExit();
  const run = {
    names: Number(values.names),
    seconds: Number(values.seconds),
    queriesPerSecond: Number(values.rate),
    dnsperf,
  };
  const rows: string[][] = [];
  for (const server of select(findSigningServers(), values.servers?.split(","), "servers")) {
    const row = [server.name, ...cellsOf(await measureSigning(server, run))];
    console.error(row.join("  "));
    rows.push(row);
  }
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `${values.rate} new names a second for the tail; ${cpus().length} cores, load average ${load}\n`,
  );
  console.log(formatTable(HEADINGS, rows));
}

function cellsOf({ latency, failed, ...figures }: SigningFigures): string[] {
  const count = (value: number): string => Math.round(value).toLocaleString("en");
  const wait = (ms: number | undefined): string => `${ms?.toFixed(1) ?? "-"} ms`;
  return [
    count(figures.newPerCpuSecond),
    count(figures.denialsPerCpuSecond),
    count(figures.repeatedPerCpuSecond),
    wait(latency?.p50Ms),
    wait(latency?.p99Ms),
    wait(latency?.p999Ms),
    wait(latency?.maxMs),
    String(failed),
  ];
}

try {
  if (values.help) console.log(USAGE);
  else await bench();
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
