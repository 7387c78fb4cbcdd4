import { describe, expect, it } from "vitest";
import { formatTable, summarize } from "./report.ts";
import type { PeerResult, Run, WorkloadResult } from "./rounds.ts";
import { median, percentile, spread } from "./statistics.ts";

function run(completed: number, cpuSeconds: number, more: Partial<Run> = {}): Run {
  const counted = { sent: completed + 1, completed, lost: 1, rcodes: {}, failed: 2, stale: 0 };
  const machine = { cpuSeconds, cores: 1, othersCpuSeconds: 0.2, residentOctets: 2 ** 20 };
  const time = { seconds: 2, averageLatencyMs: 0.5, latency: undefined };
  return { ...counted, ...machine, ...time, ...more };
}

function peer(name: string, runs: Run[], more: Partial<PeerResult> = {}): PeerResult {
  return { name, version: "", setup: "", runs, unavailable: undefined, ...more };
}

function table(peers: PeerResult[], more: Partial<WorkloadResult> = {}): string[] {
  const what = { name: "cluster", title: "cluster names", measures: "cost" } as const;
  return formatTable({ ...what, queriesPerSecond: undefined, peers, ...more }).split("\n");
}

describe("summarize", () => {
  it("takes medians of figures and sums of failures", () => {
    expect(summarize([run(1000, 1), run(3000, 1), run(1200, 1)])).toEqual({
      queriesPerSecond: 600,
      queriesPerCpuSecond: 1200,
      spread: 2000 / 2 / 1200,
      coreShare: 0.5,
      othersShare: 0.1,
      idleShare: 0.4,
      lost: 3,
      failed: 6,
      stale: 0,
      averageLatencyMs: 0.5,
      p50Ms: Number.NaN,
      p99Ms: Number.NaN,
      p999Ms: Number.NaN,
      maxMs: Number.NaN,
      stalls: [0, 0, 0],
      residentMebioctets: 1,
    });
  });
});

it("the table gives ratios to CoreDNS, Unbound and the echo, and reasons for who is absent", () => {
  const lines = table([
    peer("portolan", [run(200_000, 1)]),
    peer("coredns", [run(50_000, 1)]),
    peer("unbound", [], { unavailable: "no such program" }),
    peer("dnsmasq", [run(10, 1)], { unavailable: "ended under load" }),
    peer("echo", [run(250_000, 1)]),
  ]);
  expect(lines[2]).toMatch(/^portolan +100,000 +200,000 .* 4\.00 +- +0\.80$/);
  expect(lines[3]).toMatch(/^coredns +25,000 +50,000 .* 1\.00 +- +0\.20$/);
  expect(lines.slice(5)).toEqual([
    "unbound: not available: no such program",
    "dnsmasq: not available: ended under load",
  ]);
});

it("without CoreDNS there is no ratio to it", () => {
  const lines = table([peer("portolan", [run(10, 1)], { version: "0.1.0" })]);
  expect(lines[2]).toMatch(/^portolan 0\.1\.0 .* - +- +-$/);
});

it("a server in two setups is held against others in the same, and against itself in the first", () => {
  const lines = table([
    peer("portolan", [run(200, 1)], { setup: "steady" }),
    peer("portolan", [run(190, 1)], { setup: "changing" }),
    peer("coredns", [run(50, 1)], { setup: "steady" }),
    peer("coredns", [run(38, 1)], { setup: "changing" }),
  ]);
  expect(lines[1]).toMatch(/x coredns +x unbound +x echo +x steady$/);
  expect(lines[2]).toMatch(/^portolan steady .* 4\.00 +- +- +1\.00$/);
  expect(lines[3]).toMatch(/^portolan changing .* 5\.00 +- +- +0\.95$/);
});

it("on two cores shares are of both, and what nobody used is idle", () => {
  const summary = summarize([run(100, 1, { cores: 2, othersCpuSeconds: 1.6 })]);
  expect(summary).toMatchObject({ coreShare: 0.25, othersShare: 0.4 });
  expect(summary.idleShare).toBeCloseTo(0.35);
});

it("at a given rate the table shows percentiles, and the ratio is of the 99th", () => {
  const latency = { p50Ms: 0.1, p99Ms: 0.6, p999Ms: 1, maxMs: 2, stalls: [9, 8, 7] };
  const lines = table(
    [
      peer("portolan", [run(10, 1, { latency })]),
      peer("coredns", [run(10, 1, { latency: { ...latency, p99Ms: 0.8 } })]),
    ],
    { measures: "latency", queriesPerSecond: 25_000 },
  );
  expect(lines[0]).toBe("cluster names, 25,000 a second");
  expect(lines[2]).toMatch(
    /^portolan +5 +0\.10 ms +0\.60 ms +1\.00 ms +2\.00 ms +9 +8 +7 .* 0\.75 +-$/,
  );
});

it("the longest stall is that of all rounds, and their number the sum", () => {
  const latency = (maxMs: number) => {
    return { p50Ms: 0.1, p99Ms: 0.6, p999Ms: 1, maxMs, stalls: [3, 1, 0] };
  };
  const runs = [2, 30, 4].map((maxMs) => run(10, 1, { latency: latency(maxMs) }));
  expect(summarize(runs)).toMatchObject({ maxMs: 30, stalls: [9, 3, 0] });
});

it("the median of an even number of values lies between the two in the middle", () => {
  expect(median([4, 1, 3, 100])).toBe(3.5);
  expect(median([7])).toBe(7);
  expect(spread([90, 100, 110])).toBe(0.1);
});

it("a percentile is one of the values, the smallest that is not exceeded by more than its share", () => {
  const values = Float64Array.from([1, 2, 3, 4]);
  expect([0, 0.25, 0.5, 0.51, 1].map((share) => percentile(values, share))).toEqual([
    1, 1, 2, 3, 4,
  ]);
});
