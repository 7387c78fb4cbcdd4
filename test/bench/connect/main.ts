import { parseArgs } from "node:util";
import { formatTable } from "../scale/table.ts";
import { median } from "../statistics.ts";
import type { Direction } from "./traffic.ts";
import { carry, DIRECTIONS } from "./traffic.ts";
import type { Way } from "./ways.ts";
import { withWays } from "./ways.ts";

const USAGE = `npm run bench:connect -- [options]
  --rounds N           of each way, by turns (5)
  --mebibytes N        that are carried in each, in each direction (64)
  --connections LIST   that share them, one run for each number (1,8)
  --directions LIST    of download, upload and both (all)`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    mebibytes: { type: "string", default: "64" },
    connections: { type: "string", default: "1,8" },
    directions: { type: "string", default: DIRECTIONS.join(",") },
    help: { type: "boolean", short: "h", default: false },
  },
});

const MEBIBYTE = 1 << 20;

interface Course {
  readonly direction: Direction;
  readonly connections: number;
}

interface Figures {
  readonly mebibytesPerSecond: number;
  readonly mebibytesPerCpuSecond: number;
}

async function bench(): Promise<void> {
  const wanted = values.directions.split(",");
  const counts = values.connections.split(",").map(Number);
  for (const connections of counts) {
    const octets = (Number(values.mebibytes) * MEBIBYTE) / connections;
    const courses = DIRECTIONS.filter((one) => wanted.includes(one)).map((direction) => ({
      direction,
      connections,
    }));
    await withWays(octets, async (ways) => {
      const rows: string[][] = [];
      for (const course of courses) rows.push(await compare(course, octets, ways));
      const headings = ways.flatMap(({ name }) => [name, "per CPU-second"]);
      console.log(formatTable(["MiB a second", ...headings, "ratio"], rows));
    });
  }
}

/** The ratio is the median of the rounds' own: whoever else works meanwhile slows both down. */
async function compare(course: Course, octets: number, ways: readonly Way[]): Promise<string[]> {
  const rounds: Figures[][] = [];
  for (let round = 0; round <= Number(values.rounds); round++) {
    const figures: Figures[] = [];
    for (const way of ways) figures.push(await measure(course, octets, way));
    // The first one warms up.
    if (round > 0) rounds.push(figures);
  }
  const cells = ways.flatMap((_, i) => [
    median(rounds.map((figures) => figures[i]?.mebibytesPerSecond ?? 0)).toFixed(0),
    median(rounds.map((figures) => figures[i]?.mebibytesPerCpuSecond ?? 0)).toFixed(0),
  ]);
  const ratios = rounds.map(
    ([one, other]) => (one?.mebibytesPerSecond ?? 0) / (other?.mebibytesPerSecond ?? 0),
  );
  const { direction, connections } = course;
  const plural = connections === 1 ? "connection" : "connections";
  return [`${direction}, ${connections} ${plural}`, ...cells, median(ratios).toFixed(2)];
}

async function measure(
  { direction, connections }: Course,
  octets: number,
  { program, hosts }: Way,
): Promise<Figures> {
  const { host, port } = hosts[direction];
  const beganCpuSeconds = program.cpuSeconds();
  const beganMs = performance.now();
  await Promise.all(
    Array.from({ length: connections }, () => carry(direction, octets, host, port)),
  );
  const seconds = (performance.now() - beganMs) / 1_000;
  const mebibytes = ((direction === "both" ? 2 : 1) * octets * connections) / MEBIBYTE;
  return {
    mebibytesPerSecond: mebibytes / seconds,
    mebibytesPerCpuSecond: mebibytes / (program.cpuSeconds() - beganCpuSeconds),
  };
}

if (values.help) console.log(USAGE);
else await bench();
