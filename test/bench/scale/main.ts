import { cpus, loadavg } from "node:os";
import { BenchError } from "../bench-error.ts";
import { select } from "../options.ts";
import type { Contestant } from "./contestants.ts";
import { findContestants } from "./contestants.ts";
import { measureLatency } from "./latency.ts";
import { startLoadedPlane } from "./loaded-plane.ts";
import type { Scene } from "./measured-server.ts";
import { ENDPOINTS, expectations, NAMESPACES } from "./objects.ts";
import type { ScaleOptions } from "./options.ts";
import { parseScaleOptions, USAGE } from "./options.ts";
import { measureRelists } from "./relist.ts";
import { measureStarts } from "./start.ts";
import { measureTraffic } from "./traffic.ts";

interface Part {
  readonly name: string;
  readonly title: string;
  readonly measure: (
    contestants: readonly Contestant[],
    scene: Scene,
    options: ScaleOptions,
  ) => Promise<string>;
}

/** What changes the cluster comes last. */
const PARTS: readonly Part[] = [
  {
    name: "start",
    title: "starts, medians",
    measure: (contestants, scene, { rounds }) => measureStarts(contestants, scene, rounds),
  },
  {
    name: "traffic",
    title: "traffic with the API server",
    measure: (contestants, scene, options) =>
      measureTraffic(contestants, scene, options.quietSeconds),
  },
  {
    name: "relist",
    title: "all objects are read again",
    measure: (contestants, scene, { relists }) => measureRelists(contestants, scene, relists),
  },
  {
    name: "latency",
    title: "from the API server's answer to a change to the first right answer",
    measure: (contestants, scene, { changes }) => measureLatency(contestants, scene, changes),
  },
];

/** Prints each table as soon as it is there, with what the machine was busy with meanwhile. */
async function bench(options: ScaleOptions): Promise<void> {
  const contestants = select(findContestants(options.nodeFlags), options.servers, "servers");
  const parts = select(PARTS, options.parts, "only");
  const { services, pods } = options;
  const plane = await startLoadedPlane({ services, pods });
  try {
    console.log(describe(options, contestants));
    const scene: Scene = { plane, pods, expected: expectations({ services, pods }) };
    for (const part of parts) {
      const table = await part.measure(contestants, scene, options);
      console.log(`\n${part.title} (load average ${loadavg()[0]?.toFixed(1)})\n\n${table}`);
    }
  } finally {
    await plane.stop();
  }
}

function describe({ services, pods }: ScaleOptions, contestants: readonly Contestant[]): string {
  const count = (value: number) => value.toLocaleString("en");
  const flags = contestants.find(({ name }) => name === "portolan")?.args.slice(0, -1) ?? [];
  const [cpu] = cpus();
  return [
    `${count(services)} Services, ${count(services)} slices of ${ENDPOINTS} endpoints, ${NAMESPACES} namespaces, ${count(pods)} Pods`,
    `${cpus().length} x ${cpu?.model ?? "?"}, Node ${process.version}${flags.map((flag) => ` ${flag}`).join("")}`,
  ].join("\n");
}

try {
  const options = parseScaleOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await bench(options);
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
