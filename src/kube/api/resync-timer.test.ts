import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ResyncTimer } from "./resync-timer.ts";

const FAKE = { toFake: ["setTimeout", "clearTimeout", "performance"] } as const;
beforeEach(() => void vi.useFakeTimers({ toFake: [...FAKE.toFake] }));
afterEach(() => void vi.useRealTimers());

it("reads anew soon after a suspicious break, once the watch is at work again", () => {
  const resync = vi.fn<() => void>();
  const timer = new ResyncTimer(resync);
  timer.suspect();
  vi.advanceTimersByTime(60_000);
  expect(resync).not.toHaveBeenCalled();
  timer.watching();
  vi.advanceTimersByTime(999);
  expect(resync).not.toHaveBeenCalled();
  vi.advanceTimersByTime(4_001);
  expect(resync).toHaveBeenCalledTimes(1);
});

it("does so more and more seldom, down to twice a minute, however often the watch breaks", () => {
  const resync = vi.fn<() => void>();
  const timer = new ResyncTimer(() => {
    resync();
    timer.relisted(true);
  });
  timer.relisted(true);
  for (let second = 0; second < 600; second++) {
    timer.suspect();
    timer.watching();
    vi.advanceTimersByTime(1_000);
  }
  expect(resync.mock.calls.length).toBeGreaterThanOrEqual(17);
  expect(resync.mock.calls.length).toBeLessThanOrEqual(23);
});

it("leaves it be if all has been read since", () => {
  const resync = vi.fn<() => void>();
  const timer = new ResyncTimer(resync);
  timer.suspect();
  timer.relisted(true);
  timer.watching();
  vi.advanceTimersByTime(3_600_000);
  expect(resync).not.toHaveBeenCalled();
});

it("comes back to an unreadable object later and later", () => {
  const delays: number[] = [];
  let lastMs = performance.now();
  const timer = new ResyncTimer(() => {
    delays.push(performance.now() - lastMs);
    lastMs = performance.now();
    timer.relisted(false);
  });
  timer.scheduleRepair();
  vi.advanceTimersByTime(4 * 3_600_000);
  expect(delays.slice(0, 4)).toEqual([30_000, 60_000, 120_000, 240_000]);
  expect(Math.max(...delays)).toBe(3_600_000);
});
