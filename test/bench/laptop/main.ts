import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findKubectl } from "../../cluster/binaries.ts";
import type { ControlPlane } from "../../cluster/control-plane.ts";
import { balance, CLOUD_ADDRESS, ip } from "../../cluster/laptop.ts";
import { startLoadedPlane } from "../scale/loaded-plane.ts";
import { expectations } from "../scale/objects.ts";
import { formatTable } from "../scale/table.ts";
import { median } from "../statistics.ts";
import { FarLaptop } from "./far-laptop.ts";
import { listOctets } from "./list-octets.ts";
import type { LaptopStart } from "./on-the-laptop.ts";

const USAGE = `npm run bench:laptop -- [options]
  --services N    Services, and slices of five endpoints (10000)
  --rounds N      starts (3)
  --rtt MS        there and back (80)
  --megabits N    a second (20)`;

const { values } = parseArgs({
  options: {
    services: { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
    rtt: { type: "string", default: "80" },
    megabits: { type: "string", default: "20" },
    help: { type: "boolean", short: "h", default: false },
  },
});

/** Set where the bench is in a network namespace of its own. */
const INSIDE = "PORTOLAN_BENCH_LAPTOP_INSIDE";
const PROGRAM = join(import.meta.dirname, "../../../dist/main.js");
const HEADINGS = ["", "first answer", "all read", "carried", "CPU", "API server's CPU"];
const MEBIBYTE = 2 ** 20;

interface Start extends LaptopStart {
  readonly octets: number;
  readonly serverCpuSeconds: number;
}

async function bench(): Promise<void> {
  ip("link set lo up");
  const line = { roundTripMs: Number(values.rtt), megabits: Number(values.megabits) };
  const size = { services: Number(values.services), pods: 0 };
  const plane = await startLoadedPlane(size);
  const laptop = await FarLaptop.connect(line);
  const balancer = await balance(plane.port);
  try {
    const [last] = expectations(size);
    const rows = [];
    rows.push(rowOf("portolan dev", await startsOf(laptop, plane, last?.qname ?? "")));
    rows.push(rowOf("kubectl get", [await kubectlGet(laptop, plane)]));
    console.log(formatTable(HEADINGS, rows));
    await tellFloor(plane, line.megabits);
  } finally {
    balancer.close();
    await laptop.stop();
    await plane.stop();
  }
}

async function startsOf(laptop: FarLaptop, plane: ControlPlane, name: string): Promise<Start[]> {
  const starts: Start[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const before = countersOf(laptop, plane);
    const args = [join(import.meta.dirname, "on-the-laptop.ts"), PROGRAM, name];
    const program = await laptop.start(process.execPath, args, kubeconfigFor(plane));
    await program.ended();
    if (program.exitCode !== 0) throw new Error(program.lastWords());
    const start = JSON.parse(program.lastWords()) as LaptopStart;
    if (round === 0) console.log([...start.said, ""].join("\n"));
    starts.push({ ...start, ...since(before, countersOf(laptop, plane)) });
  }
  return starts;
}

async function kubectlGet(laptop: FarLaptop, plane: ControlPlane): Promise<Start> {
  const [before, beganMs] = [countersOf(laptop, plane), performance.now()];
  const command = `"${findKubectl()}" get services,endpointslices -A >/dev/null; times`;
  const program = await laptop.start("sh", ["-c", command], kubeconfigFor(plane));
  await program.ended();
  const readyMs = performance.now() - beganMs;
  const counted = since(before, countersOf(laptop, plane));
  const cpuSeconds = childrenSeconds(program.output);
  return { answerMs: Number.NaN, readyMs, cpuSeconds, said: [], ...counted };
}

type Counters = Pick<Start, "octets" | "serverCpuSeconds">;

/** What line and API server have had to do since they were started. */
function countersOf(laptop: FarLaptop, plane: ControlPlane): Counters {
  return { octets: laptop.octets(), serverCpuSeconds: plane.apiServer.cpuSeconds() };
}

function since(before: Counters, now: Counters): Counters {
  return {
    octets: now.octets - before.octets,
    serverCpuSeconds: now.serverCpuSeconds - before.serverCpuSeconds,
  };
}

/** Of `times` of a shell, the second line: `0m1.230000s 0m0.070000s` */
function childrenSeconds(output: string): number {
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const times = [...last.matchAll(/(\d+)m([\d.]+)s/g)];
  return times.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/** What nobody could be faster than who reads all: the lists, as fast as the line carries them. */
async function tellFloor(plane: ControlPlane, megabits: number): Promise<void> {
  for (const [how, octets] of await listOctets(plane)) {
    const seconds = (octets * 8) / (megabits * 1e6);
    console.log(
      `lists as ${how}: ${(octets / MEBIBYTE).toFixed(1)} MiB, ${seconds.toFixed(1)} s at ${megabits} Mbit/s`,
    );
  }
}

function rowOf(name: string, starts: readonly Start[]): string[] {
  const middle = (figure: (start: Start) => number): number => median(starts.map(figure));
  const answerMs = middle((start) => start.answerMs);
  return [
    name,
    Number.isNaN(answerMs) ? "-" : inSeconds(answerMs),
    inSeconds(middle((start) => start.readyMs)),
    `${(middle(({ octets }) => octets) / MEBIBYTE).toFixed(1)} MiB`,
    inSeconds(middle(({ cpuSeconds }) => cpuSeconds) * 1_000),
    inSeconds(middle(({ serverCpuSeconds }) => serverCpuSeconds) * 1_000),
  ];
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function kubeconfigFor(plane: ControlPlane): string {
  return plane.kubeconfig(undefined, { server: `https://${CLOUD_ADDRESS}:${plane.port}` });
}

if (values.help) {
  console.log(USAGE);
} else if (process.env[INSIDE] === undefined) {
  // Its addresses are nobody else's.
  const args = ["-n", process.execPath, ...process.argv.slice(1)];
  const env = { ...process.env, [INSIDE]: "1" };
  process.exitCode = spawnSync("unshare", args, { stdio: "inherit", env }).status ?? 1;
} else {
  await bench();
}
