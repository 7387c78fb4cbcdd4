import { describe, expect, it } from "vitest";
import { formatTable, summarize } from "./report.ts";
import type { PeerResult, Run } from "./rounds.ts";
import { median, spread } from "./statistics.ts";

function run(completed: number, cpuSeconds: number): Run {
  const counted = { sent: completed + 1, completed, lost: 1, failed: 2 };
  const machine = { cpuSeconds, othersCpuSeconds: 0.2, residentOctets: 2 ** 20 };
  return { ...counted, ...machine, seconds: 2, averageLatencyMs: 0.5 };
}

function peer(name: string, runs: Run[], unavailable?: string): PeerResult {
  return { name, version: "", runs, unavailable };
}

describe("summarize", () => {
  it("takes medians of figures and sums of failures", () => {
    expect(summarize([run(1000, 1), run(3000, 1), run(1200, 1)])).toEqual({
      queriesPerSecond: 600,
      queriesPerCpuSecond: 1200,
      spread: 2000 / 2 / 1200,
      coreShare: 0.5,
      othersShare: 0.1,
      lost: 3,
      failed: 6,
      averageLatencyMs: 0.5,
      residentMebioctets: 1,
    });
  });
});

it("the table gives ratios to CoreDNS and to the echo, and reasons for who is absent", () => {
  const table = formatTable({
    name: "cluster",
    title: "cluster names",
    peers: [
      peer("portolan", [run(200_000, 1)]),
      peer("coredns", [run(50_000, 1)]),
      peer("unbound", [], "no such program"),
      peer("dnsmasq", [run(10, 1)], "ended under load"),
      peer("echo", [run(250_000, 1)]),
    ],
  });
  const lines = table.split("\n");
  expect(lines[2]).toMatch(/^portolan +100,000 +200,000 .* 4\.00 +0\.80$/);
  expect(lines[3]).toMatch(/^coredns +25,000 +50,000 .* 1\.00 +0\.20$/);
  expect(lines.slice(5)).toEqual([
    "unbound: not available: no such program",
    "dnsmasq: not available: ended under load",
  ]);
});

it("without CoreDNS there is no ratio to it", () => {
  const table = formatTable({
    name: "cluster",
    title: "cluster names",
    peers: [{ name: "portolan", version: "0.1.0", runs: [run(10, 1)], unavailable: undefined }],
  });
  expect(table.split("\n")[2]).toMatch(/^portolan 0\.1\.0 .* - +-$/);
});

it("the median of an even number of values lies between the two in the middle", () => {
  expect(median([4, 1, 3, 100])).toBe(3.5);
  expect(median([7])).toBe(7);
  expect(spread([90, 100, 110])).toBe(0.1);
});
