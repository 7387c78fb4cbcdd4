import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { cleanUpAtExit } from "../processes.ts";
import { findContestants } from "../scale/contestants.ts";
import { formatTable, mebioctets } from "../scale/table.ts";
import { select } from "../options.ts";
import type { ManyZonesFigures } from "./measure-many-zones.ts";
import { measureManyZones } from "./measure-many-zones.ts";

const USAGE = `npm run bench:many-zones -- [options]
  --zones N       files of auto's folder (10000)
  --changes N     one a second (20)
  --servers LIST  portolan, coredns`;

const HEADINGS = [
  "server",
  "all answered",
  "CPU",
  "RSS",
  "CPU while changing",
  "seen after",
  "longest wait",
];

const { values } = parseArgs({
  options: {
    zones: { type: "string", default: "10000" },
    changes: { type: "string", default: "20" },
    servers: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

async function bench(): Promise<void> {
  cleanUpAtExit();
  const servers = select(findContestants(undefined), values.servers?.split(","), "servers");
  const run = { zones: Number(values.zones), changes: Number(values.changes) };
  const rows: string[][] = [];
  for (const server of servers) {
    const row = [server.name, ...cellsOf(await measureManyZones(server, run), run.changes)];
    console.error(row.join("  "));
    rows.push(row);
  }
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `${run.zones} zones, ${run.changes} changes; ${cpus().length} cores, load average ${load}\n`,
  );
  console.log(formatTable(HEADINGS, rows));
}

function cellsOf(figures: ManyZonesFigures, seconds: number): string[] {
  return [
    `${(figures.loadMs / 1_000).toFixed(1)} s`,
    `${figures.loadCpuSeconds.toFixed(1)} s`,
    mebioctets(figures.residentOctets),
    `${(figures.changingCpuSeconds / seconds).toFixed(3)} s a second`,
    `${(figures.seenAfterMs / 1_000).toFixed(1)} s`,
    `${figures.longestWaitMs.toFixed(0)} ms`,
  ];
}

if (values.help) console.log(USAGE);
else await bench();
