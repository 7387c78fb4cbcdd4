import { setTimeout as sleep } from "node:timers/promises";
import { messagesOf } from "../cluster/messages.ts";
import { Random } from "../fuzz/random.ts";
import type { ProcessGauges } from "./process-gauges.ts";
import { gaugesOf, slopeOf } from "./process-gauges.ts";
import type { Tally } from "./steady-client.ts";
import { SteadyClient } from "./steady-client.ts";
import { HAPPENINGS } from "./weather.ts";
import type { SoakWorld } from "./world.ts";
import { startWorld } from "./world.ts";

export interface SoakOptions {
  readonly seconds: number;
  readonly queriesPerSecond: number;
  /** How much faster than usual things happen; 1 if left out. */
  readonly pace?: number;
  readonly seed: number;
}

export interface SoakReport {
  readonly seconds: number;
  readonly tally: Tally;
  /** How often each happened. */
  readonly happened: ReadonlyMap<string, number>;
  readonly changes: number;
  /** When it had warmed up, and at the end; nothing happened and nobody asked at both times. */
  readonly before: ProcessGauges;
  readonly after: ProcessGauges;
  /** Of resident memory, over the second half. */
  readonly octetsPerHour: number;
  /** What the log has that it must not have. */
  readonly failures: readonly string[];
  readonly exitCode: number | undefined;
}

/** Connections and sockets of what has been end within this, one after the other ... */
const QUIET_MS = 30_000;
/** ... each within less than this of the one before. */
const STABLE_MS = 4_500;
const SAMPLE_MS = 500;
const CHANGE_MS = 100;
/** Of the time, for caches to fill and code to be compiled. */
const WARM_UP = 0.25;

/** Lets all happen to a server, for a time, while it is asked and must be right. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const world = await startWorld();
  try {
    const warm = await weather(world, { ...options, seconds: options.seconds * WARM_UP });
    const before = await quiet(world, { handles: Number.POSITIVE_INFINITY });
    const main = await weather(world, { ...options, seconds: options.seconds * (1 - WARM_UP) });
    const after = await quiet(world, before);
    const report = {
      seconds: options.seconds,
      tally: join(warm.tally, main.tally),
      happened: main.happened,
      changes: warm.changes + main.changes,
      before,
      after,
      octetsPerHour: slopePerHour(main.residentOctets),
      failures: messagesOf(world.server).filter((line) => FAILURE.test(line)),
    };
    await world.server.program.stop();
    return { ...report, exitCode: world.server.program.exitCode };
  } finally {
    await world.stop();
  }
}

const FAILURE = /panic|uncaught|unhandled|TypeError|RangeError|Cannot stop/i;

interface Weather {
  readonly tally: Tally;
  readonly happened: Map<string, number>;
  readonly changes: number;
  readonly residentOctets: number[];
}

async function weather(world: SoakWorld, options: SoakOptions): Promise<Weather> {
  const { seconds, queriesPerSecond, seed, pace = 1 } = options;
  const pacedSleep = (ms: number): Promise<unknown> => sleep(ms / pace);
  const random = new Random(seed, Math.round(seconds));
  const happened = new Map<string, number>();
  const residentOctets: number[] = [];
  let changes = 0;
  const client = await SteadyClient.start({
    port: world.port,
    probes: world.probes,
    queriesPerSecond,
  });
  const { program } = world.server;
  const sampling = setInterval(() => {
    if (program.isRunning) residentOctets.push(gaugesOf(program.pid).residentOctets);
  }, SAMPLE_MS);
  const changing = setInterval(() => (changes++, void world.change()), CHANGE_MS / pace);
  const endMs = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < endMs; i++) {
    // Each in turn, and in between such as come up.
    const happening =
      i % 2 === 0 ? HAPPENINGS[(i / 2) % HAPPENINGS.length] : random.pick(HAPPENINGS);
    if (!happening) continue;
    await happening.happen(world, random, pacedSleep);
    if (!program.isRunning) {
      clearInterval(changing);
      clearInterval(sampling);
      await client.stop();
      throw new Error(`The server ended, after "${happening.name}":\n${program.lastWords()}`);
    }
    happened.set(happening.name, (happened.get(happening.name) ?? 0) + 1);
    await pacedSleep(random.below(400));
  }
  clearInterval(changing);
  clearInterval(sampling);
  return { tally: await client.stop(), happened, changes, residentOctets };
}

/**
 * Waits until what has been is over: the number of handles stays as it is, and is no higher than it was when
 * this was waited for before. A connection that was frozen is given up only when its PING has not come back.
 */
async function quiet(
  { server }: SoakWorld,
  { handles: most }: Pick<ProcessGauges, "handles">,
): Promise<ProcessGauges> {
  const endMs = performance.now() + QUIET_MS;
  let gauges = gaugesOf(server.program.pid);
  for (let same = 0; performance.now() < endMs; same++) {
    if (same * SAMPLE_MS >= STABLE_MS && gauges.handles <= most) break;
    await sleep(SAMPLE_MS);
    const { handles } = gauges;
    gauges = gaugesOf(server.program.pid);
    if (gauges.handles !== handles) same = -1;
  }
  return gauges;
}

function slopePerHour(values: readonly number[]): number {
  return slopeOf(values.slice(values.length >> 1)) * (3_600_000 / SAMPLE_MS);
}

function join(one: Tally, other: Tally): Tally {
  return {
    sent: one.sent + other.sent,
    right: one.right + other.right,
    wrong: [...one.wrong, ...other.wrong],
    lostAtMs: [...one.lostAtMs, ...other.lostAtMs],
    refused: one.refused + other.refused,
    latenciesMs: [...one.latenciesMs, ...other.latenciesMs],
  };
}
