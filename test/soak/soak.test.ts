import { describe, expect, it } from "vitest";
import { slopeOf } from "./process-gauges.ts";
import { describeSoak, objectionsTo } from "./report.ts";
import type { SoakReport } from "./soak.ts";
import { soak } from "./soak.ts";

const TIMEOUT_MS = 300_000;

it(
  "twelve seconds of all that may happen leave a server as it was, and all it said was right",
  async () => {
    const report = await soak({ seconds: 12, queriesPerSecond: 100, pace: 1.5, seed: 1 });
    if (objectionsTo(report).length > 0) console.log(describeSoak(report));
    expect(objectionsTo(report)).toEqual([]);
    expect(report.tally.right).toBe(report.tally.sent);
    // How much comes to pass in that time is up to the machine.
    expect(report.tally.sent).toBeGreaterThan(300);
    expect(report.happened.size).toBeGreaterThan(3);
  },
  TIMEOUT_MS,
);

describe("a report is objected to", () => {
  const gauges = {
    handles: 30,
    sockets: 9,
    socketNames: new Map<string, string>(),
    threads: 13,
    residentOctets: 100 << 20,
  };
  const good: SoakReport = {
    seconds: 20,
    tally: { sent: 10, right: 10, wrong: [], lostAtMs: [], refused: 0, latenciesMs: [1] },
    happened: new Map(),
    changes: 0,
    before: gauges,
    after: gauges,
    octetsPerHour: 0,
    failures: [],
    exitCode: 0,
  };

  it("unless all is well", () => {
    expect(objectionsTo(good)).toEqual([]);
    expect(objectionsTo({ ...good, after: { ...gauges, handles: 20 } })).toEqual([]);
  });

  it.each<[string, Partial<SoakReport>, string]>([
    ["for a wrong answer", { tally: { ...good.tally, wrong: ["a A: SERVFAIL"] } }, "a A: SERVFAIL"],
    ["for a lost query", { tally: { ...good.tally, lostAtMs: [1] } }, "1 queries lost"],
    ["for a handle", { after: { ...gauges, handles: 31 } }, "1 handles more"],
    [
      "for a socket, and says which",
      { after: { ...gauges, sockets: 10, socketNames: new Map([["7", "udp 0.0.0.0:53"]]) } },
      "1 sockets more; new: udp 0.0.0.0:53",
    ],
    ["for a thread", { after: { ...gauges, threads: 15 } }, "2 threads more"],
    ["for memory", { after: { ...gauges, residentOctets: 150 << 20 } }, "50 MiB of memory more"],
    ["for a failure", { failures: ["TypeError"] }, "TypeError"],
    ["for how it ended", { exitCode: 1 }, "exit code 1"],
  ])("%s", (_, parts, objection) => {
    expect(objectionsTo({ ...good, ...parts })).toEqual([objection]);
  });
});

it("the slope of what grows by three each time is three", () => {
  expect(slopeOf([1, 4, 7, 10])).toBe(3);
  expect(slopeOf([5, 5, 5])).toBe(0);
  expect(slopeOf([2, 1, 0])).toBe(-1);
});
