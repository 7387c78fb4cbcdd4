import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RrType } from "../../dns/iana/rr-type.ts";
import { RRSIG } from "../../dns/rdata/rrsig.ts";
import type { Reply } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { writeKeyFiles } from "../../testing/dnssec-keys.ts";
import { stopTime } from "../../testing/hand-clock.ts";
import { testQuery } from "../../testing/query.ts";
import { folder, start, zone } from "./dnssec.cases.ts";
import type { Dnssec } from "./dnssec.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

beforeEach(stopTime);

afterEach(() => {
  vi.useRealTimers();
});

async function signedReply(one: Dnssec, name: string): Promise<Reply> {
  const outcome = await one.serve(testQuery(name, "A", { do: true }), zone);
  if (outcome === DROPPED) throw new TypeError("no reply");
  return outcome;
}

/** The least that is left to a signature of a reply, and the least since its inception; in seconds. */
function marginsOf({ answer, authority }: Reply): { left: number; since: number } {
  const now = Date.now() / 1000;
  const signatures = [...answer, ...authority]
    .filter(({ type }) => type === RrType.RRSIG)
    .flatMap(({ rdata }) => RRSIG.decode(rdata) ?? []);
  if (signatures.length === 0) throw new TypeError("no signatures");
  return {
    left: Math.min(...signatures.map(({ expiration }) => expiration - now)),
    since: Math.min(...signatures.map(({ inception }) => now - inception)),
  };
}

test("over a year no reply, be it a repeated one, has a signature that is over or yet to come", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  let kept = await signedReply(one, "www.example.org.");
  let [made, least] = [0, { left: Infinity, since: Infinity }];
  for (let hour = 0; hour < 365 * 24; hour += 7) {
    vi.advanceTimersByTime(7 * HOUR_MS);
    // Whoever keeps replies gives them out for as long as this.
    if (!kept.validity.isCurrent) {
      kept = await signedReply(one, "www.example.org.");
      made++;
    }
    const fresh = await signedReply(one, `no${hour % 5}.example.org.`);
    for (const { left, since } of [marginsOf(kept), marginsOf(fresh)])
      least = { left: Math.min(least.left, left), since: Math.min(least.since, since) };
  }
  expect(least.left).toBeGreaterThan(DAY_MS / 1000 - 1);
  expect(least.since).toBeGreaterThan((2 * HOUR_MS) / 1000);
  expect(made).toBeGreaterThan(200);
});

test.each([
  ["forward", 30 * DAY_MS],
  ["back", -30 * DAY_MS],
])("a clock that is set %s ends what was signed before", async (_, ms) => {
  const one = await start([await writeKeyFiles(folder)]);
  const before = await signedReply(one, "www.example.org.");
  vi.setSystemTime(Date.now() + ms);
  const { left, since } = marginsOf(await signedReply(one, "www.example.org."));
  expect(left).toBeGreaterThan((2 * DAY_MS) / 1000);
  expect(since).toBeGreaterThan((2 * HOUR_MS) / 1000);
  vi.advanceTimersByTime(MINUTE_MS);
  expect(before.validity.isCurrent).toBe(false);
});
