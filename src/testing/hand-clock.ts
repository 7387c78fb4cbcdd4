import { setImmediate as turn } from "node:timers/promises";
import { vi } from "vitest";

/** Turns of the event loop: from a client to the server, the upstream, and back. */
const TURNS = 12;
/** As fine as the timer wheel. */
const STEP_MS = 25;
const LONG_MS = 10_000;

/** All that tells the time or waits for it. Sockets and turns of the event loop go on. */
const CLOCKS = [
  "performance",
  "Date",
  "setTimeout",
  "setInterval",
  "clearTimeout",
  "clearInterval",
] as const;

/** From now on time passes only where a test says so; `vi.useRealTimers()` lets it go on. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: [...CLOCKS] });
}

/** Lets what has been sent within this process arrive, and be answered. No time passes. */
export async function settle(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await turn();
}

/** Lets so much time pass, in steps, so that what one timer sends arrives before the next one. */
export async function pass(ms: number): Promise<void> {
  await settle();
  for (let step = 0; step * STEP_MS < ms; step++) {
    // Hours are for what expires; nothing need arrive at each step of them.
    if (ms < LONG_MS) await settle();
    await vi.advanceTimersByTimeAsync(Math.min(ms - step * STEP_MS, STEP_MS));
  }
  await settle();
}

/**
 * Lets time pass until it is so.
 * @returns how much has passed, in steps of 25 ms
 */
export async function passUntil(isSo: () => boolean | Promise<boolean>): Promise<number> {
  let ms = 0;
  for (await settle(); !(await isSo()); ms += STEP_MS) await pass(STEP_MS);
  return ms;
}

/** Lets time pass until there is a result, and says how much that was, in steps of 25 ms. */
export async function passFor<T>(result: Promise<T>): Promise<{ value: T; ms: number }> {
  const state = { isOver: false };
  const over = (): void => void (state.isOver = true);
  result.then(over, over);
  const ms = await passUntil(() => state.isOver);
  return { value: await result, ms };
}
