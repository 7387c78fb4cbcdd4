/**
 * What the parts cost that a query passes on its way:
 *
 *     npm run bench:micro
 *     npm run bench:micro -- chain codec       only these
 */
import { cleanUpAtExit } from "../processes.ts";
import type { Suite } from "./benchmark.ts";
import { settle } from "./calibration.ts";
import { openChain } from "./chain.ts";
import { openCodec } from "./codec.ts";
import { measure, processorTime } from "./measure.ts";
import { openUpstream } from "./upstream.ts";

/** By the word that a person asks for them with; their benchmarks begin with it. */
const SUITES: Readonly<Record<string, () => Suite | Promise<Suite>>> = {
  codec: openCodec,
  chain: openChain,
  upstream: openUpstream,
};

const NAME_WIDTH = 44;

async function run(words: readonly string[]): Promise<void> {
  settle(processorTime);
  console.log(`Node ${process.version}`);
  console.log(line("", "ns", "loops", "spread", "loop ns"));
  for (const [suiteName, open] of Object.entries(SUITES)) {
    if (!isWanted(suiteName, words)) continue;
    const suite = await open();
    for (const benchmark of suite.benchmarks) {
      const cost = await measure(benchmark);
      const { nanoseconds, loops, spread, loopNanoseconds } = cost;
      const figures = [nanoseconds.toFixed(0), loops.toFixed(3), `±${(spread * 100).toFixed(1)} %`];
      console.log(line(benchmark.name, ...figures, loopNanoseconds.toFixed(0)));
    }
    await suite.close();
  }
}

function isWanted(name: string, words: readonly string[]): boolean {
  return words.length === 0 || words.includes(name);
}

function line(name: string, ...figures: readonly string[]): string {
  return name.padEnd(NAME_WIDTH) + figures.map((figure) => figure.padStart(10)).join("");
}

const words = process.argv.slice(2);
const unknown = words.find((word) => !Object.hasOwn(SUITES, word));
if (unknown === undefined) {
  cleanUpAtExit();
  await run(words);
} else {
  console.error(`Cannot time "${unknown}": want some of ${Object.keys(SUITES).join(", ")}`);
  process.exitCode = 1;
}
