import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { recordingLog } from "../../testing/context.ts";
import { replyTo } from "../../testing/fake-upstream.ts";
import { pass, stopTime } from "../../testing/hand-clock.ts";
import type { PrimaryQuery, ScriptedPrimary } from "../../testing/scripted-primary.ts";
import {
  NS,
  ZONE,
  say,
  serves,
  soa,
  startPrimary,
  zoneOf,
} from "../../testing/scripted-primary.ts";
import { until } from "../../testing/until.ts";
import { noVersion } from "../zone-reply.ts";
import { Zone } from "../zone.ts";
import { FollowedPrimary } from "./followed-primary.ts";
import type { Accept } from "./incoming-versions.ts";
import { RequestSlots } from "./request-slots.ts";
import { TransferError } from "./transfer-error.ts";

const SECOND_MS = 1_000;
const { log, lines } = recordingLog();
const running: ScriptedPrimary[] = [];
const followers: FollowedPrimary[] = [];
let zone = new Zone(ZONE);
let jitterShare = 0;

beforeEach(() => {
  stopTime();
  jitterShare = 0;
  zone = new Zone(ZONE);
  lines.length = 0;
});

afterEach(async () => {
  for (const one of followers.splice(0)) one.stop();
  vi.useRealTimers();
  for (const one of running.splice(0)) await one.close();
});

async function primary(answer: (query: PrimaryQuery) => void): Promise<ScriptedPrimary> {
  const one = await startPrimary(answer);
  running.push(one);
  return one;
}

function follow(primaries: readonly ScriptedPrimary[], accept?: Accept): FollowedPrimary {
  const servers = primaries.map(({ server }) => server);
  const jitter = (belowMs: number): number => belowMs * jitterShare;
  const slots = { queries: new RequestSlots(8), transfers: new RequestSlots(2) };
  const one = new FollowedPrimary(zone, { servers, ...slots, accept, jitter }, log);
  followers.push(one);
  one.start();
  return one;
}

/** Follows a primary that has version 1, which has been transferred. */
async function followed(
  times?: string,
): Promise<{ one: ScriptedPrimary; follower: FollowedPrimary }> {
  const one = await primary(serves([soa(1, times), ...zoneOf(1).slice(1)]));
  const follower = follow([one]);
  await until(() => zone.serial === 1);
  await follower.firstLook;
  return { one, follower };
}

/** As if the primary were not there: nothing answers, and yet its port is its own. */
const silent = (query: PrimaryQuery): void => void query.connection?.destroy();

/** Lets time pass, and then all that was asked be answered. */
async function later(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * SECOND_MS);
  await pass(0);
}

function told(text: string): number {
  return lines.filter((line) => line.includes(text)).length;
}

describe("a newer version", () => {
  it("is looked for when the SOA record says so, and not before", async () => {
    const { one } = await followed();
    one.answer = serves(zoneOf(2));
    await later(99);
    expect(one.asked).toEqual(["AXFR"]);
    await later(1);
    await until(() => zone.serial === 2);
    expect(one.asked).toEqual(["AXFR", "SOA", "IXFR"]);
    expect(zone.journal.since(1)).toMatchObject([{ fromSerial: 1, toSerial: 2 }]);
  });

  it("is looked for up to five seconds later, at random", async () => {
    jitterShare = 0.5;
    const { one } = await followed();
    await later(102);
    expect(one.asked).toEqual(["AXFR"]);
    await later(1);
    await until(() => one.asked.length === 2);
  });

  it("is not looked for without a pause, whatever the SOA record says", async () => {
    const { one } = await followed("0 0 0");
    await pass(SECOND_MS - 25);
    expect(one.asked).toEqual(["AXFR"]);
    await pass(25);
    await until(() => one.asked.length === 2);
  });

  it("comes as differences, and replies that were made before hold good no longer", async () => {
    const { one } = await followed();
    const { validity } = zone;
    const [a1 = "", a2 = ""] = [zoneOf(1)[2], zoneOf(2)[2]];
    one.answer = (query) =>
      say(query, query.qtype === RrType.SOA ? [soa(2)] : [soa(2), soa(1), a1, soa(2), a2, soa(2)]);
    await later(100);
    await until(() => zone.serial === 2);
    expect(validity.isCurrent).toBe(false);
    expect(zone.data?.records).toBe(6);
    expect(zone.journal.since(1)).toHaveLength(1);
  });

  it.each([
    ["take away what is not there", ["www.example.org. 60 IN A 192.0.2.77"], []],
    ["add what is there", [], [NS]],
    ["leave no zone", [NS], []],
    [
      "leave a name below a DNAME record",
      [],
      ["ns.example.org. 60 IN DNAME example.com.", "x.ns.example.org. 60 IN A 192.0.2.5"],
    ],
  ])("is transferred whole if its differences %s", async (_, removed, added) => {
    const { one } = await followed();
    one.answer = (query) =>
      query.qtype === RrType.IXFR
        ? say(query, [soa(2), soa(1), ...removed, soa(2), ...added, soa(2)])
        : serves(zoneOf(2))(query);
    await later(100);
    await until(() => zone.serial === 2);
    expect(one.asked.slice(1)).toEqual(["SOA", "IXFR", "AXFR"]);
    expect(zone.data?.records).toBe(6);
  });

  it("of many differences is made aside", async () => {
    const { one } = await followed();
    const added = Array.from({ length: 2_500 }, (_, i) => `a${i}.example.org. 60 IN A 192.0.2.9`);
    one.answer = (query) => {
      if (query.qtype === RrType.SOA) return say(query, [soa(2)]);
      const end = [...added.slice(1_200), soa(2)];
      say(query, [soa(2), soa(1), soa(2), ...added.slice(0, 1_200)], end);
    };
    const before = zone.data;
    await later(100);
    await until(() => zone.serial === 2);
    expect(zone.data?.records).toBe(2_506);
    expect(before?.records).toBe(6);
  });

  it("that is no zone changes nothing", async () => {
    const { one } = await followed();
    one.answer = serves(zoneOf(2, "www.example.org. 60 IN CNAME example.org."));
    await later(100);
    await until(() => told("it sent no zone: www.example.org.: CNAME beside A") === 1);
    expect(zone.serial).toBe(1);
  });

  it("that is refused by who knows more changes nothing", async () => {
    const one = await primary(serves(zoneOf(1)));
    follow([one], () => Promise.reject(new TransferError("it is not what it should be")));
    await until(() => told("it is not what it should be") === 1);
    expect(zone.data).toBeUndefined();
  });
});

describe("a primary that does not answer", () => {
  it("is asked again after twice the time, up to ten seconds, as long as there is no version", async () => {
    const one = await primary((query) =>
      query.reply(replyTo(query.packet, { rcode: Rcode.REFUSED })),
    );
    follow([one]);
    await until(() => one.asked.length === 1);
    const pauses = [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000];
    for (const [i, ms] of pauses.entries()) {
      await pass(ms - 25);
      expect(one.asked).toHaveLength(i + 1);
      await pass(25);
      await until(() => one.asked.length === i + 2);
    }
    expect(told("it answers REFUSED")).toBe(1);
  });

  it("is passed over for the next one", async () => {
    const [bad, good] = [await primary(silent), await primary(serves(zoneOf(1)))];
    follow([bad, good]);
    await until(() => zone.serial === 1);
    expect(told("Cannot transfer zone")).toBe(1);
  });

  it("is passed over as well if it has an older version", async () => {
    const { one } = await followed();
    const another = await primary(serves(zoneOf(5)));
    for (const follower of followers.splice(0)) follower.stop();
    one.answer = serves(zoneOf(0));
    follow([one, another]);
    await until(() => zone.serial === 5);
    expect(told("its serial number 0 is older than ours, 1")).toBe(1);
  });

  it("leaves the zone served until it expires, then its names are SERVFAIL", async () => {
    const { one } = await followed();
    const { validity } = zone;
    one.answer = silent;
    await later(990);
    expect(zone.serial).toBe(1);
    for (let i = 0; i < 20 && zone.data; i++) await pass(SECOND_MS);
    expect(zone.data).toBeUndefined();
    expect(validity.isCurrent).toBe(false);
    expect(told("has expired, serial 1")).toBe(1);
    const failure = noVersion(zone);
    expect(failure.rcode).toBe(Rcode.SERVFAIL);
    expect(failure.extendedError?.data.readUInt16BE(0)).toBe(ExtendedErrorCode.INVALID_DATA);
  });

  it("brings an expired zone back as soon as it answers, be its version the same", async () => {
    const { one } = await followed("100 10 150");
    one.answer = silent;
    while (zone.data) await pass(5 * SECOND_MS);
    one.answer = (query) => say(query, [soa(1)]);
    while (!zone.data) await pass(SECOND_MS);
    expect(zone.serial).toBe(1);
    expect(told("is served again")).toBe(1);
  });

  it("may begin with lower serial numbers once the zone has expired", async () => {
    const { one } = await followed("100 10 150");
    one.answer = silent;
    while (zone.data) await pass(5 * SECOND_MS);
    one.answer = serves(zoneOf(0));
    while (!zone.data) await pass(SECOND_MS);
    expect(zone.serial).toBe(0);
  });
});

describe("a clock", () => {
  it("that stood still while the machine was suspended does not keep a zone for longer", async () => {
    const { one } = await followed("100 10 1000");
    one.answer = silent;
    vi.setSystemTime(Date.now() + 3_600 * SECOND_MS);
    for (let i = 0; i < 60 && zone.data; i++) await pass(SECOND_MS);
    expect(zone.data).toBeUndefined();
  });

  it("that is put forward has the primary asked, and nothing more", async () => {
    const { one } = await followed("100 10 1000");
    vi.setSystemTime(Date.now() + 3_600 * SECOND_MS);
    await later(30);
    await until(() => one.asked.includes("SOA"));
    expect(zone.serial).toBe(1);
  });

  it("that is put back changes nothing", async () => {
    const { one } = await followed();
    vi.setSystemTime(0);
    await later(100);
    await until(() => one.asked.includes("SOA"));
    expect(zone.serial).toBe(1);
  });
});

describe("NOTIFY", () => {
  it("has the primary asked at once", async () => {
    const { one, follower } = await followed();
    await later(5);
    one.answer = serves(zoneOf(2));
    follower.notify("127.0.0.1");
    await until(() => zone.serial === 2);
    expect(one.asked).toEqual(["AXFR", "SOA", "IXFR"]);
  });

  it("has it asked once a second, however many there are", async () => {
    const { one, follower } = await followed();
    await later(5);
    for (let i = 0; i < 50; i++) follower.notify("127.0.0.1");
    await until(() => one.asked.length === 2);
    for (let i = 0; i < 50; i++) follower.notify("127.0.0.1");
    await pass(900);
    expect(one.asked).toEqual(["AXFR", "SOA"]);
    await pass(100);
    await until(() => one.asked.length === 3);
    await pass(2 * SECOND_MS);
    expect(one.asked).toHaveLength(3);
  });
});

it("nothing happens any more once it is stopped", async () => {
  const { one, follower } = await followed();
  follower.stop();
  one.answer = serves(zoneOf(2));
  await later(1_000);
  expect(one.asked).toEqual(["AXFR"]);
  expect(zone.serial).toBe(1);
});
