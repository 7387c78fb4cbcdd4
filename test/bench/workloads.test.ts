import { expect, it } from "vitest";
import { generateCluster } from "./cluster.ts";
import { parseOptions, USAGE } from "./options.ts";
import { makeWorkloads } from "./workloads.ts";

const options = parseOptions(["-names", "300", "-external", "5"]);
const workloads = makeWorkloads(options, generateCluster(options.names));
const find = (name: string) => workloads.find((candidate) => candidate.name === name);

it("the usage names every row, and nothing else", () => {
  const [, list = ""] = /-only LIST([^-]*(?:-(?:one|many)[^-]*)*)\n/.exec(USAGE) ?? [];
  expect(list.split(",").map((name) => name.trim())).toEqual(workloads.map(({ name }) => name));
});

it.each([
  ["cluster", 300],
  ["changes", 300],
  ["cores", 300],
  ["tcp-one", 300],
  ["tcp-many", 300],
  ["latency", 300],
  ["rewrite", 300],
  ["cached", 5],
])("%s asks the same %i names in every run", (name, count) => {
  const questions = find(name)?.questions(1) ?? [];
  expect(new Set(questions).size).toBe(count);
  expect(questions.every((question) => /^\S+\.(local|example) A$/.test(question))).toBe(true);
  expect(find(name)?.questions(1)).toEqual(questions);
});

it.each([
  ["misses", 100_000, /^[0-9a-f]{16}\.example A$/],
  ["nxdomain", 250_000, /^[0-9a-f]{16}\.team-1\.svc\.cluster\.local A$/],
])("%s never asks a name twice, not in another run either", (name, perSecond, form) => {
  const questions = [...(find(name)?.questions(1) ?? []), ...(find(name)?.questions(1) ?? [])];
  expect(questions.length).toBe(2 * perSecond);
  expect(new Set(questions).size).toBe(questions.length);
  expect(questions[7]).toMatch(form);
});

it("one in a hundred names changes each second, against a run without changes", () => {
  const setups = find("changes")?.setups.map(({ changesPerSecond }) => changesPerSecond);
  expect(setups).toEqual([0, 3]);
});

it("a row that expects names not to exist has such names among its samples", () => {
  for (const { rcodes, samples } of workloads) {
    const isAbsent = samples.map(({ address }) => address === undefined);
    expect(isAbsent.includes(true)).toBe(rcodes.includes("NXDOMAIN"));
    expect(isAbsent.includes(false)).toBe(true);
  }
});
