import { median, spread } from "../statistics.ts";
import type { Benchmark } from "./benchmark.ts";
import { calibrate } from "./calibration.ts";

/** What one operation costs. */
export interface Cost {
  readonly nanoseconds: number;
  /** The same as a multiple of the calibration's loop. */
  readonly loops: number;
  /** Half the range of the above over the samples without the extreme ones, as a share of it. */
  readonly spread: number;
  /** Of the loop, meanwhile. */
  readonly loopNanoseconds: number;
}

const WARM_UP_NS = 300e6;
const SAMPLE_NS = 20e6;
const SAMPLES = 15;
/** At either end of the samples; so many are noise. */
const EXTREMES = 3;

/** Processor time of this process, in nanoseconds: others on the machine count less than by the clock on the wall. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** Times a benchmark, each sample between two calibrations. */
export async function measure(
  benchmark: Benchmark,
  now: () => number = processorTime,
): Promise<Cost> {
  const runs = await warmUp(benchmark, now);
  const samples: Omit<Cost, "spread">[] = [];
  let before = calibrate(now);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const start = now();
    for (let run = 0; run < runs; run++) await benchmark.run();
    const nanoseconds = (now() - start) / runs / benchmark.operations;
    const after = calibrate(now);
    const loopNanoseconds = (before + after) / 2;
    samples.push({ nanoseconds, loops: nanoseconds / loopNanoseconds, loopNanoseconds });
    before = after;
  }
  const usual = samples.toSorted((a, b) => a.loops - b.loops).slice(EXTREMES, -EXTREMES);
  const loops = usual.map((sample) => sample.loops);
  return {
    nanoseconds: median(usual.map((sample) => sample.nanoseconds)),
    loops: median(loops),
    spread: spread(loops),
    loopNanoseconds: median(usual.map((sample) => sample.loopNanoseconds)),
  };
}

/** Lets V8 compile it; returns how many runs a sample takes. */
async function warmUp(benchmark: Benchmark, now: () => number): Promise<number> {
  const start = now();
  let runs = 0;
  do {
    calibrate(now);
    await benchmark.run();
    runs++;
  } while (now() - start < WARM_UP_NS);
  const once = now();
  await benchmark.run();
  return Math.max(1, Math.ceil(SAMPLE_NS / (now() - once + 1)));
}
