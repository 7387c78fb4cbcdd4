import { describe, expect, it } from "vitest";
import { BenchError } from "./bench-error.ts";
import type { Load } from "./dnsperf.ts";
import { dnsperfArguments, parseLatency, parseReport } from "./dnsperf.ts";

const REPORT = `
Statistics:

  Queries sent:         1000
  Queries completed:    990 (99.00%)
  Queries lost:         10 (1.00%)

  Response codes:       NOERROR 900 (90.91%), SERVFAIL 90 (9.09%)
  Average packet size:  request 40, response 80
  Run time (s):         4.000204
  Queries per second:   247.487378

  Average Latency (s):  0.001234 (min 0.000020, max 0.010000)
  Latency StdDev (s):   0.000100
`;

it("the statistics of dnsperf are read, with errors told apart from losses", () => {
  expect(parseReport(REPORT)).toEqual({
    sent: 1000,
    completed: 990,
    lost: 10,
    rcodes: { NOERROR: 900, SERVFAIL: 90 },
    seconds: 4.000204,
    averageLatencyMs: 1.234,
  });
});

it("a run without an answer has no latency", () => {
  const text = REPORT.replace("completed:    990", "completed:    0").replace(/NOERROR.*/, "");
  expect(parseReport(text)).toMatchObject({
    completed: 0,
    rcodes: {},
    averageLatencyMs: Number.NaN,
  });
});

it("a report that breaks off is an error that names what is missing", () => {
  expect(() => parseReport(REPORT.split("Run time")[0] ?? "")).toThrow(BenchError);
  expect(() => parseReport("")).toThrow('no number for "Queries completed"');
});

it("what is said of each query before the statistics is not taken for them", () => {
  const text = `> NOERROR queries.completed: A 0.000041\n> T x A\n${REPORT}`;
  expect(parseReport(text)).toEqual(parseReport(REPORT));
});

describe("parseLatency", () => {
  const line = (milliseconds: number, rcode = "NOERROR") =>
    `> ${rcode} a.example A ${(milliseconds / 1000).toFixed(6)}`;

  it("takes percentiles of all replies, whatever their response codes and their order", () => {
    const lines = Array.from({ length: 1000 }, (_, index) => line(1000 - index));
    lines[5] = line(995, "NXDOMAIN");
    expect(parseLatency([...lines, REPORT].join("\n"))).toEqual({
      p50Ms: 500,
      p99Ms: 990,
      p999Ms: 999,
      maxMs: 1000,
      stalls: [1, 1, 1],
    });
  });

  it("counts replies behind each other that were late as one stall", () => {
    const text = [0.1, 7, 5.5, 3, 0.1, 12, 0.2, 2, 0.3, 1].map((ms) => line(ms)).join("\n");
    expect(parseLatency(text)?.stalls).toEqual([3, 2, 1]);
  });

  it("leaves lost queries out", () => {
    const text = [line(2), "> T a.example A", line(4), "> T b.example A"].join("\n");
    expect(parseLatency(text)).toEqual({
      p50Ms: 2,
      p99Ms: 4,
      p999Ms: 4,
      maxMs: 4,
      stalls: [1, 0, 0],
    });
    expect(parseLatency("> T a.example A\n")).toBeUndefined();
  });
});

describe("dnsperfArguments", () => {
  const load: Load = {
    command: ["dnsperf"],
    threads: 1,
    port: 5300,
    queryFile: "queries",
    seconds: 3,
    outstanding: 100,
    once: false,
    shape: { transport: "udp", clients: 8 },
    queriesPerSecond: undefined,
  };
  const words = (more: Partial<Load>) => dnsperfArguments({ ...load, ...more }).join(" ");

  it("asks over UDP as fast as it can unless told otherwise", () => {
    expect(words({})).toBe("-s 127.0.0.1 -p 5300 -d queries -m udp -l 3 -q 100 -c 8 -T 1 -t 2");
  });

  it("asks over TCP, at a rate, and each line once, where it is told to", () => {
    expect(words({ shape: { transport: "tcp", clients: 20 } })).toMatch(/-m tcp .* -c 20 /);
    expect(words({ queriesPerSecond: 1234.5 })).toMatch(/ -v -Q 1235$/);
    expect(words({ once: true })).toMatch(/ -n 1$/);
  });
});
