import { afterEach, expect, it, vi } from "vitest";
import { passFor, stopTime } from "../../testing/hand-clock.ts";
import type { PrimaryQuery, ScriptedPrimary } from "../../testing/scripted-primary.ts";
import { ZONE, say, startPrimary, zoneOf } from "../../testing/scripted-primary.ts";
import { transfer } from "./transfer.ts";
import { MESSAGE_MS } from "./transfer-limits.ts";

vi.mock("./transfer-limits.ts", async (original) => {
  return { ...(await original<object>()), MAX_RECORDS: 1_000, MAX_OCTETS: 200_000 };
});

const { signal } = new AbortController();
let primary: ScriptedPrimary | undefined;

afterEach(async () => {
  vi.useRealTimers();
  await primary?.close();
});

function asked(answer: (query: PrimaryQuery) => void): Promise<unknown> {
  return startPrimary(answer).then((one) => {
    primary = one;
    return transfer(ZONE, undefined, one.server, signal);
  });
}

/** Sends the same for as long as there is somebody. */
function forEver(query: PrimaryQuery, record: string): void {
  say(query, zoneOf(1));
  const more = (): void => {
    if (query.connection?.destroyed !== false) return;
    say(query, [record]);
    setImmediate(more);
  };
  more();
}

it("a primary that never ends is left after so many records", async () => {
  const record = "a.example.org. 60 IN A 192.0.2.1";
  await expect(asked((query) => forEver(query, record))).rejects.toThrow(
    "it sent more than 1000 records",
  );
});

it("a primary that never ends is left after so many octets", async () => {
  const record = `a.example.org. 60 IN TXT ${`"${"x".repeat(250)}" `.repeat(16)}`;
  await expect(asked((query) => forEver(query, record))).rejects.toThrow(
    "it sent more than 200000 octets",
  );
});

it("a primary that says nothing more is left", async () => {
  stopTime();
  const failed = asked((query) => say(query, zoneOf(1))).catch((error: Error) => error.message);
  const { value, ms } = await passFor(failed);
  expect(value).toBe("no message in 30 s");
  expect(ms).toBeGreaterThanOrEqual(MESSAGE_MS);
});
