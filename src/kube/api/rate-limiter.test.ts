import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RateLimiter } from "./rate-limiter.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Asks `count` times and notes the order in which it is let through. */
function ask(limiter: RateLimiter, count: number): number[] {
  const passed: number[] = [];
  for (let i = 0; i < count; i++) void limiter.acquire().then(() => passed.push(i));
  return passed;
}

it("lets a burst pass at once and the rest at its rate, in order", async () => {
  const limiter = new RateLimiter({ qps: 10, burst: 2, maxInflight: 0 }, () => Date.now());
  const passed = ask(limiter, 4);
  await vi.advanceTimersByTimeAsync(0);
  expect(passed).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(100);
  expect(passed).toEqual([0, 1, 2]);
  await vi.advanceTimersByTimeAsync(100);
  expect(passed).toEqual([0, 1, 2, 3]);
});

it("saves up no more than a burst", async () => {
  const limiter = new RateLimiter({ qps: 10, burst: 2, maxInflight: 0 }, () => Date.now());
  await vi.advanceTimersByTimeAsync(60_000);
  const passed = ask(limiter, 4);
  await vi.advanceTimersByTimeAsync(0);
  expect(passed).toEqual([0, 1]);
});

it("has no more requests under way than it may", async () => {
  const limiter = new RateLimiter({ qps: 1_000, burst: 1_000, maxInflight: 2 }, () => Date.now());
  const passed = ask(limiter, 3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(passed).toEqual([0, 1]);
  limiter.release();
  await vi.advanceTimersByTimeAsync(0);
  expect(passed).toEqual([0, 1, 2]);
});
