import { expect, it } from "vitest";
import { Backoff } from "./backoff.ts";

/** The highest of many draws, near the end of the range that they are from. */
function highest(failures: number, capMs: number): number {
  const draws = Array.from({ length: 400 }, () => {
    const backoff = new Backoff();
    for (let i = 0; i < failures; i++) backoff.nextMs(capMs);
    return backoff.nextMs(capMs);
  });
  return Math.max(...draws);
}

it.each([
  [0, 30_000, 200],
  [1, 30_000, 400],
  [4, 30_000, 3_200],
  [30, 30_000, 30_000],
  [30, 5_000, 5_000],
])("after %d failures with a cap of %d ms it draws from below %d ms", (failures, capMs, range) => {
  const most = highest(failures, capMs);
  expect(most).toBeLessThan(range);
  expect(most).toBeGreaterThan(range * 0.9);
});

it("begins anew after a reset", () => {
  const backoff = new Backoff();
  for (let i = 0; i < 10; i++) backoff.nextMs(30_000);
  expect(backoff.failures).toBe(10);
  backoff.reset();
  expect(backoff.nextMs(30_000)).toBeLessThan(200);
});
