import { describe, expect, it } from "vitest";
import { parseMemory, readMemory } from "./process-memory.ts";

describe("parseMemory", () => {
  it("reads what is resident now, and the most that ever was", () => {
    const status = "Name:\tnode\nVmPeak:\t  900000 kB\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
    expect(parseMemory(status)).toEqual({ residentOctets: 2 ** 20, peakOctets: 2 ** 21 });
  });

  it("says so when a process has ended", () => {
    expect(() => parseMemory("Name:\tnode\nState:\tZ (zombie)\n")).toThrow(
      'Cannot read memory: no "VmRSS"',
    );
  });
});

it.runIf(process.platform === "linux")("finds its own memory, and a peak above it", () => {
  const { residentOctets, peakOctets } = readMemory(process.pid);
  expect(residentOctets).toBeGreaterThan(10 * 2 ** 20);
  expect(peakOctets).toBeGreaterThanOrEqual(residentOctets);
});
