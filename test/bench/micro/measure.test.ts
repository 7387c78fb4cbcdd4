import { expect, it } from "vitest";
import { forEach } from "./benchmark.ts";
import { measure } from "./measure.ts";

it("a sample is divided by its runs and operations, and held against the loops around it", async () => {
  let timeNs = 0;
  // Looking at the clock takes a millisecond, the work five.
  const now = () => (timeNs += 1e6);
  const benchmark = { name: "work", operations: 10, run: () => void (timeNs += 5e6) };
  // Of 20 ms, so 4 runs, and once the clock.
  expect(await measure(benchmark, now)).toEqual({
    nanoseconds: 21e6 / 4 / 10,
    loops: 21e6 / 4 / 10 / (1e6 / 500),
    spread: 0,
    loopNanoseconds: 1e6 / 500,
  });
});

it("work that waits is waited for", async () => {
  let timeNs = 0;
  const now = () => (timeNs += 1e6);
  const run = async () => {
    await Promise.resolve();
    timeNs += 5e6;
  };
  const { nanoseconds } = await measure({ name: "work", operations: 1, run }, now);
  expect(nanoseconds).toBe(21e6 / 4);
});

it("each thing is worked on once in a run", async () => {
  const seen: string[] = [];
  const benchmark = forEach("things", ["a", "b"], (thing) => seen.push(thing));
  expect(benchmark.operations).toBe(2);
  await benchmark.run();
  expect(seen).toEqual(["a", "b"]);
});
