import { setTimeout as sleep } from "node:timers/promises";
import { median } from "../statistics.ts";
import type { Contestant } from "./contestants.ts";
import type { Scene, StartFigures } from "./measured-server.ts";
import { MeasuredServer } from "./measured-server.ts";
import { formatTable, mebioctets, ratio } from "./table.ts";

const SETTLE_MS = 10_000;

interface Start extends StartFigures {
  /** What the start cost the API server. */
  readonly apiServerCpuMs: number;
  /** Ten seconds later. */
  readonly settledOctets: number;
  readonly peakOctets: number;
}

interface Column {
  readonly heading: string;
  readonly figure: (start: Start) => number;
  readonly format: (value: number) => string;
}

const ms = (value: number): string => `${value.toFixed(0)} ms`;

const COLUMNS: readonly Column[] = [
  { heading: "ready", figure: (start) => start.readyMs, format: ms },
  { heading: "right answers", figure: (start) => start.rightMs, format: ms },
  { heading: "CPU", figure: (start) => start.cpuMs, format: ms },
  { heading: "RSS then", figure: (start) => start.memory.residentOctets, format: mebioctets },
  { heading: "RSS 10 s later", figure: (start) => start.settledOctets, format: mebioctets },
  { heading: "peak RSS", figure: (start) => start.peakOctets, format: mebioctets },
  { heading: "API server's CPU", figure: (start) => start.apiServerCpuMs, format: ms },
];

/** Starts the servers in turn; medians over the rounds. */
export async function measureStarts(
  contestants: readonly Contestant[],
  scene: Scene,
  rounds: number,
): Promise<string> {
  const starts = new Map<string, Start[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      starts.get(contestant.name)?.push(await measureStart(contestant, scene));
    }
  }
  return format(starts);
}

async function measureStart(contestant: Contestant, scene: Scene): Promise<Start> {
  const { apiServer } = scene.plane;
  const before = apiServer.cpuSeconds();
  const server = await MeasuredServer.start(contestant, scene);
  try {
    const figures = await server.untilStarted(scene);
    const apiServerCpuMs = (apiServer.cpuSeconds() - before) * 1_000;
    await sleep(SETTLE_MS);
    const { residentOctets, peakOctets } = server.memory();
    return { ...figures, apiServerCpuMs, settledOctets: residentOctets, peakOctets };
  } finally {
    await server.stop();
  }
}

function format(starts: ReadonlyMap<string, readonly Start[]>): string {
  const medians = new Map(
    [...starts].map(([name, runs]) => [
      name,
      COLUMNS.map(({ figure }) => median(runs.map(figure))),
    ]),
  );
  const rows = [...medians].map(([name, values]) => [
    name,
    ...COLUMNS.map(({ format }, column) => format(values[column] ?? Number.NaN)),
  ]);
  const [own, other] = [medians.get("portolan"), medians.get("coredns")];
  const ratios = own && other && ["ratio", ...own.map((value, i) => ratio(value, other[i]))];
  return formatTable(
    ["server", ...COLUMNS.map(({ heading }) => heading)],
    ratios ? [...rows, ratios] : rows,
  );
}
