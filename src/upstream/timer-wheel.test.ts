import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Expiring, TimerWheel } from "./timer-wheel.ts";

class Alarm extends Expiring {
  readonly onExpire: () => void;

  constructor(onExpire: () => void) {
    super();
    this.onExpire = onExpire;
  }

  override expire(): void {
    this.onExpire();
  }
}

let wheel: TimerWheel;
let rung: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  wheel = new TimerWheel();
  rung = [];
});

afterEach(() => {
  wheel.stop();
  vi.useRealTimers();
});

function alarm(name: string, inMs: number): Alarm {
  const entry = new Alarm(() => rung.push(name));
  wheel.start(entry, performance.now() + inMs);
  return entry;
}

it("lets entries expire in their order, never early and at most two ticks late", () => {
  alarm("b", 2000);
  alarm("a", 500);
  vi.advanceTimersByTime(499);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(51);
  expect(rung).toEqual(["a"]);
  vi.advanceTimersByTime(1500);
  expect(rung).toEqual(["a", "b"]);
});

it("keeps entries for longer than one turn of the wheel", () => {
  alarm("late", 30_000);
  vi.advanceTimersByTime(29_999);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(51);
  expect(rung).toEqual(["late"]);
});

it("forgets what is cancelled, and takes a new time for an old one", () => {
  const cancelled = alarm("cancelled", 100);
  const moved = alarm("moved", 100);
  wheel.cancel(cancelled);
  wheel.cancel(cancelled);
  wheel.start(moved, performance.now() + 300);
  vi.advanceTimersByTime(250);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(rung).toEqual(["moved"]);
});

it("bears with an entry that cancels its neighbour or starts itself again", () => {
  let count = 0;
  const again = new Alarm(() => {
    wheel.cancel(victim);
    if (++count < 3) wheel.start(again, performance.now() + 100);
  });
  wheel.start(again, performance.now() + 100);
  const victim = alarm("victim", 100);
  vi.advanceTimersByTime(1000);
  expect([count, rung]).toEqual([3, []]);
});

it("runs no timer while nothing waits, and wakes up again", () => {
  alarm("first", 50);
  vi.advanceTimersByTime(200);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(60_000);
  alarm("second", 50);
  vi.advanceTimersByTime(100);
  expect(rung).toEqual(["first", "second"]);
});

it("expires everything that came due while the process stood still", () => {
  for (const inMs of [100, 6000, 12_700, 40_000]) alarm(`${inMs}`, inMs);
  vi.setSystemTime(Date.now() + 60_000);
  vi.advanceTimersByTime(60_000);
  expect(rung).toEqual(["100", "6000", "12700", "40000"]);
});

it("lets nobody expire after it was stopped", () => {
  alarm("never", 100);
  wheel.stop();
  vi.advanceTimersByTime(1000);
  expect([rung, vi.getTimerCount()]).toEqual([[], 0]);
});
