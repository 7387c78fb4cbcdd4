/**
 * A process of its own for what would hold up the clock of those who measure: an upstream that says nothing, and
 * a flood of questions for it. Says the upstream's address; then each line "PORT SECONDS" on its standard
 * input makes it ask that port for so long, 500 names a second, and say "done".
 */
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import { absent } from "../soak/probes.ts";
import { SteadyClient } from "../soak/steady-client.ts";

const QUERIES_PER_SECOND = 500;
const NAMES = 50_000;

const upstream = await startFakeUpstream(() => {});
console.log(upstream.address);
const probes = Array.from({ length: NAMES }, (_none, i) => absent(`n${i}.black.test A`));
for await (const line of createInterface({ input: process.stdin })) {
  const [port = 0, seconds = 0] = line.split(" ").map(Number);
  const flood = await SteadyClient.start({ port, probes, queriesPerSecond: QUERIES_PER_SECOND });
  await sleep(seconds * 1000);
  await flood.stop();
  console.log("done");
}
await upstream.close();
