import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { onResume } from "./resume.ts";

beforeEach(
  () => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date", "performance"] }),
);
afterEach(() => void vi.useRealTimers());

it("tells when the wall clock went on alone, once, and of nothing else", () => {
  const heard: number[] = [];
  const end = onResume((sleptMs) => heard.push(Math.round(sleptMs / 1_000)));
  vi.advanceTimersByTime(10_000);
  expect(heard).toEqual([]);
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(3_000);
  expect(heard).toEqual([3_600]);
  end();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(3_000);
  expect(heard).toHaveLength(1);
});
