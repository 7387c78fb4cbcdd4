import { expect, it } from "vitest";
import { BenchError } from "./bench-error.ts";
import { parseReport } from "./dnsperf.ts";

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
    failed: 90,
    seconds: 4.000204,
    averageLatencyMs: 1.234,
  });
});

it("a run without a single NOERROR counts every answer as failed", () => {
  const text = REPORT.replace(/NOERROR.*/, "REFUSED 990 (100.00%)");
  expect(parseReport(text).failed).toBe(990);
});

it("a run without an answer has no latency", () => {
  const text = REPORT.replace("completed:    990", "completed:    0").replace(/NOERROR.*/, "");
  expect(parseReport(text)).toMatchObject({
    completed: 0,
    failed: 0,
    averageLatencyMs: Number.NaN,
  });
});

it("a report that breaks off is an error that names what is missing", () => {
  expect(() => parseReport(REPORT.split("Run time")[0] ?? "")).toThrow(BenchError);
  expect(() => parseReport("")).toThrow('no number for "Queries completed"');
});
