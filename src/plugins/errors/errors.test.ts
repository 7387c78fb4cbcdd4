import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { failureReply } from "../../server/pipeline/chain.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { errors } from "./index.ts";

const timeout = new QueryError(Rcode.SERVFAIL, "read udp 192.0.2.1: i/o timeout");
const refused = new QueryError(Rcode.REFUSED, "failed to ask: refused");

/** An instance, what it has logged, and a way to let queries fail. */
function setUp(directive: string): {
  instance: Instance;
  lines: string[];
  fail: (...failures: readonly unknown[]) => void;
} {
  const { log, lines } = recordingLog();
  const context = testContext({ directive, log });
  const instance = errors.create?.(errors.parse(context.directive), context) ?? {};
  const fail = (...failures: readonly unknown[]): void => {
    for (const failure of failures) {
      instance.observe?.({
        query: testQuery("Example.org."),
        outcome: failureReply(failure),
        octets: 29,
        failure,
      });
    }
  };
  return { instance, lines, fail };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("errors", () => {
  it("logs rcode, name, type and message of each failure", () => {
    const { lines, fail } = setUp("errors");
    fail(timeout, refused);
    expect(lines).toEqual([
      "error: 2 example.org. A: read udp 192.0.2.1: i/o timeout",
      "error: 5 example.org. A: failed to ask: refused",
    ]);
  });

  it("logs nothing of queries that were answered, whatever the answer, or dropped", () => {
    const { instance, lines } = setUp("errors");
    instance.observe?.({
      query: testQuery("example.org."),
      outcome: new Reply(Rcode.SERVFAIL),
      octets: 29,
      failure: undefined,
    });
    instance.observe?.({
      query: testQuery("example.org."),
      outcome: DROPPED,
      octets: 0,
      failure: undefined,
    });
    expect(lines).toEqual([]);
  });

  it("writes names so that they cannot be taken for lines of the log", () => {
    const { instance, lines } = setUp("errors");
    const query = testQuery("a\\010b\\027.example.org.", "TYPE65400");
    instance.observe?.({ query, outcome: failureReply(refused), octets: 29, failure: refused });
    expect(lines).toEqual(["error: 5 a\\010b\\027.example.org. TYPE65400: failed to ask: refused"]);
  });

  it("tells faults of the program from failures", () => {
    const { lines, fail } = setUp("errors");
    fail(new TypeError("x is undefined"), "thrown text");
    expect(lines).toEqual([
      "error: 2 example.org. A: Recovered from panic in server: TypeError: x is undefined",
      "error: 2 example.org. A: Recovered from panic in server: 'thrown text'",
    ]);
  });

  it("adds the stack of a fault, not of a failure, where stacktrace is set", () => {
    const { lines, fail } = setUp("errors {\n stacktrace\n}");
    fail(new TypeError("x is undefined"), timeout, "thrown text");
    expect(lines[0]).toMatch(/in server: TypeError: x is undefined\n    at .*errors\.test\.ts/);
    expect(lines.slice(1)).toEqual([
      "error: 2 example.org. A: read udp 192.0.2.1: i/o timeout",
      "error: 2 example.org. A: Recovered from panic in server: 'thrown text'",
    ]);
  });
});

describe("errors with consolidate", () => {
  it("logs how many failures matched, a period after the first one, and again", () => {
    const { lines, fail } = setUp('errors {\n consolidate 30s "^read udp .* i/o timeout$"\n}');
    fail(timeout, timeout, refused);
    expect(lines).toEqual(["error: 5 example.org. A: failed to ask: refused"]);
    vi.advanceTimersByTime(29_999);
    fail(timeout);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1);
    const summary = "errors like '^read udp .* i/o timeout$' occurred in last 30s";
    expect(lines.slice(1)).toEqual([`error: 3 ${summary}`]);
    fail(timeout);
    vi.advanceTimersByTime(30_000);
    expect(lines.slice(2)).toEqual([`error: 1 ${summary}`]);
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(3);
  });

  it.each([
    ["warning", "warn"],
    ["error", "error"],
    ["info", "info"],
    ["debug", "debug"],
  ])("logs with level %s", (level, logged) => {
    const { lines, fail } = setUp(`errors {\n consolidate 5m timeout$ ${level}\n}`);
    fail(timeout);
    vi.advanceTimersByTime(300_000);
    expect(lines).toEqual([`${logged}: 1 errors like 'timeout$' occurred in last 5m0s`]);
  });

  it("shows the first failure of each period with show_first, and counts it", () => {
    const { lines, fail } = setUp("errors {\n consolidate 1m timeout warning show_first\n}");
    const shown = "warn: 2 example.org. A: read udp 192.0.2.1: i/o timeout";
    fail(timeout, timeout, timeout);
    vi.advanceTimersByTime(60_000);
    const summary = "warn: 3 errors like 'timeout' occurred in last 1m0s";
    expect(lines).toEqual([shown, summary]);
    fail(timeout);
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual([shown, summary, shown]);
  });

  it("counts a failure with the first expression that matches", () => {
    const options = "consolidate 1s read\n consolidate 1s timeout\n consolidate 1s refused";
    const { lines, fail } = setUp(`errors {\n ${options}\n}`);
    fail(timeout, refused);
    vi.advanceTimersByTime(1_000);
    expect(lines).toEqual([
      "error: 1 errors like 'read' occurred in last 1s",
      "error: 1 errors like 'refused' occurred in last 1s",
    ]);
  });

  it("logs what it has counted when it stops, and each failure from then on", () => {
    const { instance, lines, fail } = setUp("errors {\n consolidate 1h timeout info\n}");
    fail(timeout, timeout);
    void instance.stop?.();
    fail(timeout);
    vi.advanceTimersByTime(3_600_000);
    expect(lines).toEqual([
      "info: 2 errors like 'timeout' occurred in last 1h0m0s",
      "info: 2 example.org. A: read udp 192.0.2.1: i/o timeout",
    ]);
  });
});

describe("the directive errors", () => {
  it.each(["errors stdout", "errors {\n}", "errors {\n consolidate 1s a show_first\n}"])(
    "may be %j",
    (text) => {
      expect(errors.parse(testDirective(text))).toBeDefined();
    },
  );

  it.each([
    ["errors stderr", 'Corefile:2: plugin/errors: cannot log to "stderr": only "stdout"'],
    ["errors stdout a", 'unexpected argument "a": "errors" takes 0 to 1 argument'],
    ["errors {\n stack\n}", 'Corefile:3: plugin/errors: unknown property "stack"'],
    ["errors {\n stacktrace on\n}", 'unexpected argument "on"'],
    ["errors {\n consolidate 1s\n}", 'missing argument: "consolidate" takes 2 to 4 arguments'],
    ["errors {\n consolidate 1 a\n}", 'cannot parse "1": not a duration'],
    ["errors {\n consolidate -1s a\n}", 'cannot parse "-1s": less than 0 ms'],
    ["errors {\n consolidate 1000h a\n}", 'cannot parse "1000h": more than 2147483647 ms'],
    ["errors {\n consolidate 1s (\n}", 'plugin/errors: cannot parse regular expression "("'],
    ["errors {\n consolidate 1s a warn\n}", 'unknown option "warn", expected "warning"'],
    ["errors {\n consolidate 1s a info debug\n}", 'unexpected level "debug": there is one'],
    ["errors {\n consolidate 1s a show_first info\n}", 'level "info": it stands before'],
    [`errors {\n consolidate 1s ${"a".repeat(10_001)}\n}`, "too long: 10001 characters, at most"],
  ])("is refused: %.60j", (text, message) => {
    expect(() => errors.parse(testDirective(text))).toThrow(message);
  });
});
