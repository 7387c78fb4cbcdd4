import { expect, it } from "vitest";
import { generateCluster } from "./cluster.ts";
import { parseOptions } from "./options.ts";
import { makeWorkloads } from "./workloads.ts";

const options = parseOptions(["-names", "30", "-external", "5"]);
const workloads = makeWorkloads(options, generateCluster(options.names));

it.each([
  ["cluster", 30],
  ["cached", 5],
])("%s asks the same %i names in every run", (name, count) => {
  const workload = workloads.find((candidate) => candidate.name === name);
  const names = workload?.qnames(1) ?? [];
  expect(new Set(names).size).toBe(count);
  expect(workload?.qnames(1)).toEqual(names);
});

it("misses never asks a name twice, not in another run either", () => {
  const misses = workloads.find(({ name }) => name === "misses");
  const names = [...(misses?.qnames(1) ?? []), ...(misses?.qnames(1) ?? [])];
  expect(names.length).toBe(200_000);
  expect(new Set(names).size).toBe(names.length);
});
