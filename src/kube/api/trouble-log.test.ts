import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { recordingLog } from "../../testing/context.ts";
import type { TroubleText } from "./trouble-log.ts";
import { TroubleLog } from "./trouble-log.ts";

function textOf(cause: string): TroubleText {
  return { cause, summary: `summary of ${cause}`, detail: "again soon" };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

it("tells of a cause once a minute, whoever has it and however often it is over", () => {
  const { log, lines } = recordingLog();
  const troubles = new TroubleLog(log);
  for (let second = 0; second < 90; second++) {
    troubles.tell("server", textOf("Cannot connect"));
    troubles.tell("services", textOf("Cannot connect"));
    vi.advanceTimersByTime(500);
    troubles.over("server", "Connected");
    vi.advanceTimersByTime(500);
  }
  expect(lines.filter((line) => line.includes("Cannot connect; again soon"))).toHaveLength(2);
  expect(lines.filter((line) => line.includes("Connected after 0.5 s"))).toHaveLength(2);
  expect(troubles.current).toBe("summary of Cannot connect");
});

it("tells of another cause at once, and of how long it all was", () => {
  const { log, lines } = recordingLog();
  const troubles = new TroubleLog(log);
  troubles.tell("server", textOf("Cannot connect"));
  vi.advanceTimersByTime(2_000);
  troubles.tell("server", textOf("Cannot log in"));
  vi.advanceTimersByTime(2_000);
  troubles.over("server", "Connected");
  expect(troubles.current).toBeUndefined();
  expect(lines).toHaveLength(3);
  expect(lines.at(-1)).toContain("Connected after 4.0 s");
});
