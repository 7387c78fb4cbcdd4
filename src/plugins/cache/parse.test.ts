import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { testDirective } from "../../testing/context.ts";
import { defaultOptions } from "./options.ts";
import { parseCache } from "./parse.ts";

function names(...zones: readonly string[]): Name[] {
  return zones.map((zone) => Name.parse(zone));
}

const stale = {
  upToMs: 3_600_000,
  mode: "immediate",
  verifyMs: 0,
  ttlSeconds: 0,
  recheckMs: 0,
  preferPositive: false,
};

describe("parseCache", () => {
  it("has CoreDNS's defaults", () => {
    expect(parseCache(testDirective("cache"))).toEqual(defaultOptions());
  });

  it.each([
    ["cache 10", { success: { maxTtlSeconds: 10 }, denial: { maxTtlSeconds: 10 } }],
    ["cache example.org 10.0.0.0/8", { zones: names("example.org.", "10.in-addr.arpa.") }],
    ["cache 10 Example.org", { zones: names("example.org."), success: { maxTtlSeconds: 10 } }],
    ["cache {\n success 5000\n}", { success: { capacity: 4864, maxTtlSeconds: 3600 } }],
    ["cache {\n success 10\n}", { success: { capacity: 1024 } }],
    [
      "cache {\n denial 2048 600 0\n}",
      { denial: { capacity: 2048, maxTtlSeconds: 600, minTtlSeconds: 0 } },
    ],
    ["cache {\n prefetch 10\n}", { prefetch: { amount: 10, gapMs: 60_000, percentage: 10 } }],
    [
      "cache {\n prefetch 10 5m 25%\n}",
      { prefetch: { amount: 10, gapMs: 300_000, percentage: 25 } },
    ],
    ["cache {\n prefetch 0\n}", { prefetch: undefined }],
    ["cache {\n serve_stale\n}", { serveStale: stale }],
    [
      "cache {\n serve_stale 20m IMMEDIATE 30s 1m\n}",
      { serveStale: { ...stale, upToMs: 1_200_000, ttlSeconds: 30, recheckMs: 60_000 } },
    ],
    [
      "cache {\n serve_stale 1h verify 100ms 30s 1m\n}",
      {
        serveStale: { ...stale, mode: "verify", verifyMs: 100, ttlSeconds: 30, recheckMs: 60_000 },
      },
    ],
    [
      "cache {\n serve_stale\n serve_stale_policy prefer_positive\n}",
      { serveStale: { ...stale, preferPositive: true } },
    ],
    [
      "cache {\n serve_stale 1h Verify\n serve_stale_policy PREFER_Positive\n}",
      { serveStale: { ...stale, mode: "verify", preferPositive: true } },
    ],
    ["cache {\n servfail 30s\n}", { servfailSeconds: 30 }],
    ["cache {\n disable denial\n}", { denial: { except: names(".") } }],
    [
      "cache {\n disable success a.test b.test\n}",
      { success: { except: names("a.test.", "b.test.") } },
    ],
    ["cache {\n keepttl\n}", { keepTtl: true }],
  ])("reads %j", (text, expected) => {
    expect(parseCache(testDirective(text))).toMatchObject(expected);
  });

  it.each([
    ["cache 0", "0"],
    ["cache -5", "-5"],
    ["cache {\n success\n}", "missing argument"],
    ["cache {\n success many\n}", '"many"'],
    ["cache {\n success 99999999999\n}", "more than 16777216"],
    ["cache {\n success 5000 0\n}", '"0"'],
    ["cache {\n success 5000 10 -1\n}", '"-1"'],
    ["cache {\n success 1 2 3 4\n}", '"4"'],
    ["cache {\n prefetch 10 1m 95%\n}", "10% to 90%"],
    ["cache {\n prefetch 10 1m 20\n}", "10% to 90%"],
    ["cache {\n serve_stale soon\n}", '"soon"'],
    ["cache {\n serve_stale 1h perhaps\n}", '"perhaps"'],
    ["cache {\n serve_stale 1h immediate 1500ms\n}", "whole number"],
    ["cache {\n serve_stale 1h immediate 1s 1s 1s\n}", '"1s"'],
    ["cache {\n serve_stale 1h verify 1s 1s 6m\n}", '"6m"'],
    ["cache {\n serve_stale_policy prefer_positive\n}", "needs serve_stale"],
    ["cache {\n serve_stale 1h VERY\n}", 'unknown value "VERY"'],
    ["cache {\n serve_stale\n serve_stale_policy Positive\n}", 'unknown value "Positive"'],
    // These words CoreDNS wants as they are.
    ["cache {\n disable DENIAL\n}", 'unknown value "DENIAL"'],
    ["cache {\n servfail 6m\n}", '"6m"'],
    ["cache {\n disable everything\n}", '"everything"'],
    ["cache {\n keepttl yes\n}", '"yes"'],
    ["cache {\n keeptl\n}", '"keepttl"'],
  ])("refuses %j and names %s", (text, part) => {
    expect(() => parseCache(testDirective(text))).toThrow(part);
    expect(() => parseCache(testDirective(text))).toThrow(/:\d+: plugin\/cache: /);
  });
});
