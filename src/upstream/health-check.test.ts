import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { HealthCheck } from "./health-check.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A probe that replies once `isUp` is set. */
function watched(): {
  health: HealthCheck;
  state: { isUp: boolean; probes: number; failures: number };
} {
  const state = { isUp: false, probes: 0, failures: 0 };
  const probe = async (): Promise<void> => {
    state.probes++;
    if (!state.isUp) throw new Error("silence");
  };
  const health = new HealthCheck(probe, 500, () => state.failures++);
  return { health, state };
}

it("probes nothing while all is well", async () => {
  const { state } = watched();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(state.probes).toBe(0);
});

it("probes at once and then after every pause, until there is a reply", async () => {
  const { health, state } = watched();
  health.begin();
  await vi.advanceTimersByTimeAsync(0);
  expect([state.probes, health.fails]).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(1499);
  expect([state.probes, health.fails, state.failures]).toEqual([3, 3, 3]);
  state.isUp = true;
  await vi.advanceTimersByTimeAsync(500);
  expect([state.probes, health.fails]).toEqual([4, 0]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(state.probes).toBe(4);
});

it("runs once however often it is begun, and can be begun again", async () => {
  const { health, state } = watched();
  for (let i = 0; i < 50; i++) health.begin();
  await vi.advanceTimersByTimeAsync(500);
  expect(state.probes).toBe(2);
  state.isUp = true;
  await vi.advanceTimersByTimeAsync(500);
  health.begin();
  await vi.advanceTimersByTimeAsync(0);
  expect([state.probes, health.fails]).toEqual([4, 0]);
});

it("ends when it is stopped, be it in the middle of a probe", async () => {
  const { health, state } = watched();
  health.begin();
  health.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  health.begin();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([state.probes, health.fails, vi.getTimerCount()]).toEqual([1, 0, 0]);
});
