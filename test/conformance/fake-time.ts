import { vi } from "vitest";
import { ask } from "./expect-reply.ts";
import { query } from "./query-packet.ts";
import type { Transport } from "./row.ts";
import { StreamProbe } from "./stream-probe.ts";

/** Turns of the event loop in which what has been sent within this machine arrives. */
const TURNS = 20;

/** Runs `body` with timers that go off only when told: `advance` lets so many milliseconds pass. */
export async function inFakeTime(
  on: Transport,
  body: (advance: (ms: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    await body(async (ms) => {
      await arrived(on);
      await vi.advanceTimersByTimeAsync(ms);
      await arrived(on);
    });
  } finally {
    vi.useRealTimers();
  }
}

/** Waits until the server has seen what was sent to it, by a later connection that it answers. */
export async function arrived(on: Transport): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  const probe = new StreamProbe(on.connect());
  probe.send(query("www.example.org. A"));
  await probe.until(1);
  probe.close();
  await ask(on, query("www.example.org. A"));
}
