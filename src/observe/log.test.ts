import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLogger, pluginLogger } from "./log.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

async function open(): Promise<{ log: Awaited<ReturnType<typeof createLogger>>; lines: string[] }> {
  const lines: string[] = [];
  const destination = {
    write(line: string): void {
      const { level, msg } = JSON.parse(line) as { level: number; msg: string };
      lines.push(`${level} ${msg}`);
    },
  };
  return { log: await createLogger({ destination, limits: { burst: 3, perSecond: 2 } }), lines };
}

it("leaves out errors that are too many, of all plugins together, and says how many", async () => {
  const { log, lines } = await open();
  const errors = pluginLogger(log, "errors", false);
  for (let i = 0; i < 100; i++) errors.error(`failure ${i}`);
  pluginLogger(log, "loop", false).warn("unheard");
  expect(lines).toEqual([0, 1, 2].map((i) => `50 plugin/errors: failure ${i}`));
  vi.advanceTimersByTime(1_000);
  for (let i = 0; i < 5; i++) errors.error(`later ${i}`);
  expect(lines.slice(3)).toEqual([0, 1].map((i) => `50 plugin/errors: later ${i}`));
  vi.advanceTimersByTime(9_000);
  expect(lines.slice(5)).toEqual([
    "40 101 warnings and errors left out: more than 2 a second after 3 at once",
  ]);
  vi.advanceTimersByTime(60_000);
  expect(lines.length).toBe(6);
});

it("always writes what was asked for, and a last word", async () => {
  const { log, lines } = await open();
  for (let i = 0; i < 10; i++) log.error("failure");
  for (let i = 0; i < 10; i++) pluginLogger(log, "log", true).info({ msg: "query" });
  pluginLogger(log, "log", true).debug("detail");
  log.fatal("end");
  expect(lines.length).toBe(3 + 10 + 1 + 1);
});
