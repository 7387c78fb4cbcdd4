import { writeFileSync } from "node:fs";
import { BenchError, messageOf } from "./bench-error.ts";
import { generateCluster } from "./cluster.ts";
import { openMachine } from "./machine.ts";
import type { Options } from "./options.ts";
import { parseOptions, select, USAGE } from "./options.ts";
import { peers } from "./peers.ts";
import { cleanUpAtExit } from "./processes.ts";
import { formatTable, toJson } from "./report.ts";
import type { WorkloadResult } from "./rounds.ts";
import { runWorkload } from "./rounds.ts";
import { openStage } from "./stage.ts";
import { makeWorkloads } from "./workloads.ts";

/** Runs the workloads one after the other, and prints the table of each as soon as it is there. */
async function bench(options: Options): Promise<void> {
  const contestants = select(peers, options.peers, "peers");
  const cluster = generateCluster(options.names);
  const workloads = select(makeWorkloads(options, cluster), options.workloads, "only");
  const machine = openMachine();
  // A file that cannot be written is better known now than after minutes.
  writeJson(options, "");
  const stage = await openStage(machine, cluster);
  console.log(machine.description);
  console.log(
    `medians of ${options.rounds} runs of ${options.seconds} s, ${options.outstanding} queries in flight`,
  );
  const results: WorkloadResult[] = [];
  for (const workload of workloads) {
    const result = await runWorkload(workload, contestants, stage, options);
    results.push(result);
    console.log(`\n${formatTable(result)}`);
  }
  await stage.close();
  writeJson(options, toJson(machine.description, results));
}

function writeJson({ json }: Options, text: string): void {
  if (json === undefined) return;
  try {
    writeFileSync(json, text);
  } catch (cause) {
    throw new BenchError(`Cannot write the figures: ${messageOf(cause)}`, { cause });
  }
}

cleanUpAtExit();
try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await bench(options);
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(error.message);
  // The way out by which servers still running are ended.
  process.exit(1);
}
