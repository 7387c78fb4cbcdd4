import { WriteStream } from "node:tty";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LogOptions, Logger } from "./log.ts";
import { createLogger, isStructured, pluginLogger } from "./log.ts";
import { levelTags } from "./text-lines.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 8, 15, 8) });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

function open(options: Omit<LogOptions, "destination"> = {}): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { log: createLogger({ ...options, destination }), lines };
}

describe("too many lines", () => {
  const limits = { burst: 3, perSecond: 2 };

  it("of errors are left out, of all plugins together, with a line that says how many", () => {
    const { log, lines } = open({ limits });
    const errors = pluginLogger(log, "errors", false);
    for (let i = 0; i < 100; i++) errors.error(`failure ${i}`);
    pluginLogger(log, "loop", false).warn("unheard");
    expect(lines).toEqual([0, 1, 2].map((i) => `[ERROR] plugin/errors: failure ${i}\n`));
    vi.advanceTimersByTime(1_000);
    for (let i = 0; i < 5; i++) errors.error(`later ${i}`);
    expect(lines.slice(3)).toEqual([0, 1].map((i) => `[ERROR] plugin/errors: later ${i}\n`));
    vi.advanceTimersByTime(9_000);
    expect(lines.slice(5)).toEqual([
      "[WARNING] 101 warnings and errors left out: more than 2 a second after 3 at once\n",
    ]);
    vi.advanceTimersByTime(60_000);
    expect(lines.length).toBe(6);
  });

  it("are written if they were asked for, and a last word is", () => {
    const { log, lines } = open({ limits });
    for (let i = 0; i < 10; i++) log.error("failure");
    for (let i = 0; i < 10; i++) pluginLogger(log, "log", true).info({ msg: "query" });
    pluginLogger(log, "log", true).debug("detail");
    log.fatal("end");
    expect(lines.length).toBe(3 + 10 + 1 + 1);
  });
});

describe("text", () => {
  it("has CoreDNS's levels before the message, and no time", () => {
    const { log, lines } = open({ level: "trace" });
    for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const)
      log[level]("a");
    expect(lines.join("")).toBe(
      "[DEBUG] a\n[DEBUG] a\n[INFO] a\n[WARNING] a\n[ERROR] a\n[FATAL] a\n",
    );
  });

  it("begins with the plugin, but for a message that is a field", () => {
    const { log, lines } = open();
    const plugin = pluginLogger(log, "log", false);
    plugin.info("started");
    plugin.info({ msg: "1.2.3.4:5 - 6" });
    plugin.debug("unheard");
    expect(lines).toEqual(["[INFO] plugin/log: started\n", "[INFO] 1.2.3.4:5 - 6\n"]);
    expect(isStructured(plugin)).toBe(false);
  });

  it("has the stack of an error below the message, indented", () => {
    const { log, lines } = open();
    log.error({ err: new TypeError("x") }, "Cannot stop");
    expect(lines[0]).toMatch(/^\[ERROR\] Cannot stop: TypeError: x\n {4}at .*log\.test\.ts/);
  });

  it("lets no message look like another line, or paint a terminal", () => {
    const { log, lines } = open();
    log.warn("a\n[INFO] b\r\nc\u001b[2J\u009b\u2028d\te");
    expect(lines).toEqual(["[WARNING] a\n  [INFO] b\n  c\\u001b[2J\\u009b\\u2028d\te\n"]);
  });

  it.each([
    ["a terminal", true, {}, "\u001b[31m[ERROR]\u001b[39m x\n"],
    ["no terminal", false, {}, "[ERROR] x\n"],
    ["a terminal with NO_COLOR", true, { NO_COLOR: "1" }, "[ERROR] x\n"],
    ["a dumb terminal", true, { TERM: "dumb" }, "[ERROR] x\n"],
  ])("is in colours or not on %s", (_what, isTTY, environment, expected) => {
    const inherited = ["NO_COLOR", "FORCE_COLOR", "NODE_DISABLE_COLORS", "CI", "TMUX", "COLORTERM"];
    for (const name of inherited) vi.stubEnv(name, undefined);
    vi.stubEnv("TERM", "xterm-256color");
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const stream = Object.assign(Object.create(WriteStream.prototype), { isTTY });
    const { log, lines } = open({ tags: levelTags(stream) });
    log.error("x");
    expect(lines).toEqual([expected]);
  });
});

describe("json", () => {
  it("has CoreDNS's fields: time, level, msg and plugin", () => {
    const { log, lines } = open({ format: "json", level: "trace" });
    for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const)
      log[level]("a");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      ["DEBUG", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].map((level) => {
        return { level, time: "2026-09-15T08:00:00.000Z", msg: "a" };
      }),
    );
    const plugin = pluginLogger(log, "errors", false);
    plugin.error("2 example.org. A: \n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      plugin: "errors",
      msg: "2 example.org. A: \n",
    });
    expect(isStructured(plugin)).toBe(true);
  });
});
