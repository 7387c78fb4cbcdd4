import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { BenchError } from "../bench-error.ts";
import { findProgram } from "../find-program.ts";
import { select } from "../options.ts";
import { cleanUpAtExit } from "../processes.ts";
import { formatTable, mebioctets } from "../scale/table.ts";
import type { ZoneFigures } from "./measure-zone.ts";
import { measureZone } from "./measure-zone.ts";
import { findZoneServers } from "./zone-servers.ts";

const USAGE = `npm run bench:zone -- [options]
  --records N     records of the zone (1000000)
  --sorted        in the order of their names
  --seconds N     of each run of queries (5)
  --servers LIST  portolan, coredns, nsd, knot`;

const HEADINGS = [
  "server",
  "load",
  "CPU",
  "RSS",
  "reload",
  "CPU",
  "RSS after",
  "longest wait",
  "hits per CPU-s",
  "misses per CPU-s",
];

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "1000000" },
    sorted: { type: "boolean", default: false },
    seconds: { type: "string", default: "5" },
    servers: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

async function bench(): Promise<void> {
  const dnsperf = findProgram("dnsperf");
  if (dnsperf === undefined) throw new BenchError('Cannot find "dnsperf": install the package');
  cleanUpAtExit();
  const servers = select(findZoneServers(), values.servers?.split(","), "servers");
  const rows: string[][] = [];
  for (const server of servers) {
    const run = {
      records: Number(values.records),
      isSorted: values.sorted,
      seconds: Number(values.seconds),
      dnsperf,
    };
    const row = [server.name, ...cellsOf(await measureZone(server, run))];
    console.error(row.join("  "));
    rows.push(row);
  }
  const order = values.sorted ? "sorted" : "unsorted";
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `${values.records} records, ${order}; ${cpus().length} cores, load average ${load}\n`,
  );
  console.log(formatTable(HEADINGS, rows));
}

function cellsOf(figures: ZoneFigures): string[] {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const count = (value: number): string => Math.round(value).toLocaleString("en");
  return [
    seconds(figures.loadMs),
    `${figures.loadCpuSeconds.toFixed(1)} s`,
    mebioctets(figures.residentOctets),
    seconds(figures.reloadMs),
    `${figures.reloadCpuSeconds.toFixed(1)} s`,
    mebioctets(figures.residentOctetsAfter),
    `${figures.longestWaitMs.toFixed(0)} ms`,
    count(figures.hitsPerCpuSecond),
    count(figures.missesPerCpuSecond),
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
