import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import {
  cpuSecondsOfTree,
  parseBusySeconds,
  parseStat,
  residentOctetsOfTree,
  treeOf,
} from "./cpu-time.ts";

describe("parseStat", () => {
  it("adds user and system time, of the process and of children that ended", () => {
    const line = "42 (unbound) S 7 42 42 0 -1 0 0 0 0 0 150 50 20 30 20 0 1 0";
    expect(parseStat(line)).toEqual({ parent: 7, cpuSeconds: 2.5 });
  });

  it("is not led astray by brackets and blanks in the name", () => {
    const line = "42 (a) b (c) S 7 42 42 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0";
    expect(parseStat(line)).toEqual({ parent: 7, cpuSeconds: 0.1 });
  });
});

const stat = (parent: number) => ({ parent, cpuSeconds: 0 });

it("a tree holds children and grandchildren, and nobody else's", () => {
  const stats = new Map([
    [2, stat(1)],
    [3, stat(2)],
    [4, stat(3)],
    [5, stat(1)],
  ]);
  expect(treeOf(2, stats)).toEqual([2, 3, 4]);
});

it("a core's work is all but its idle and waiting time", () => {
  const text =
    "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 9 9 9 9 9 9 9 9 0 0\ncpu1 100 20 30 999 999 4 5 6 0 0\n";
  expect(parseBusySeconds(text, 1)).toBe(1.65);
});

describe.runIf(process.platform === "linux")("on Linux", () => {
  it("sees a child's work in the parent's tree, also when the child has ended", async () => {
    const before = cpuSecondsOfTree(process.pid);
    // The child works until its own clock shows a quarter of a second of CPU time.
    const work = "while (process.cpuUsage().user < 250_000);";
    await once(spawn(process.execPath, ["-e", work]), "exit");
    expect(cpuSecondsOfTree(process.pid) - before).toBeGreaterThan(0.2);
  });

  it("measures this process's memory", () => {
    expect(residentOctetsOfTree(process.pid)).toBeGreaterThan(10 * 2 ** 20);
  });

  it("counts nothing for a process that there is not", () => {
    expect(cpuSecondsOfTree(2 ** 30)).toBe(0);
    expect(residentOctetsOfTree(2 ** 30)).toBe(0);
  });
});
