import { mkdir, mkdtemp, readFile, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { RRSIG } from "../../dns/rdata/rrsig.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { writeKeyFiles } from "../../testing/dnssec-keys.ts";
import type { TestKeyOptions } from "../../testing/dnssec-keys.ts";
import { until } from "../../testing/until.ts";
import { FollowedZoneFile } from "../../zone/file/followed-zone-file.ts";
import { readZoneFile } from "../../zone/file/read-zone-file.ts";
import { Zone } from "../../zone/zone.ts";
import { parseSign } from "./parse.ts";
import { Sign } from "./sign.ts";

const ORIGIN = Name.parse("example.org.");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ZONE = "$TTL 300\n@ SOA ns host 7 1 1 1 60\n@ NS ns\nns A 192.0.2.53\n";

const { log, lines } = recordingLog();
const running: Sign[] = [];
let folder = "";
let source = "";
let signed = "";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 11, 1) });
  lines.length = 0;
  folder = await mkdtemp(join(tmpdir(), "sign-"));
  source = join(folder, "db.example.org");
  signed = join(folder, "db.example.org.signed");
  await change(ZONE);
});

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

/** At the time of the test, which is not that of the machine. */
async function change(text: string, path = source): Promise<void> {
  await writeFile(path, text);
  await utimes(path, new Date(), new Date());
}

function ksk(options: TestKeyOptions = {}): Promise<string> {
  return writeKeyFiles(folder, { flags: 257, ...options });
}

function sign(body: string, zones = "", file = source): Sign {
  const text = `sign ${file} ${zones} {\n${body}\ndirectory ${folder}\n}`;
  const context = testContext({ zones: ["example.org"], log });
  const one = new Sign(parseSign(testDirective(text)), context);
  running.push(one);
  return one;
}

/** Signs what there is, without a timer. */
async function signNow(body = `key directory ${folder}`): Promise<Sign> {
  const one = sign(body);
  await one.check();
  await one.look();
  return one;
}

async function serial(path = signed): Promise<number> {
  return Number(/ SOA \S+ \S+ (\d+)/.exec(await readFile(path, "utf8"))?.[1]);
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function advance(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

function said(pattern: string): string[] {
  return lines.filter((line) => line.includes(pattern));
}

describe("a zone is signed", () => {
  it("at the start, into a folder, with the time as its serial number", async () => {
    await ksk();
    await sign(`key directory ${folder}`).start();
    await until(() => said("Signed zone").length > 0);
    const { data, warnings } = await readZoneFile(signed, ORIGIN);
    expect(data.apex.rrset(RrType.RRSIG, RrType.SOA)?.rdata).toHaveLength(1);
    expect(warnings).toEqual([]);
    expect(await serial()).toBe(now());
    expect(said("Signed zone")[0]).toContain("because there is no signed file (no such file");
  });

  it("not again as long as nothing has changed, in whatever process", async () => {
    await ksk();
    const one = await signNow();
    advance(HOUR_MS);
    await one.look();
    await signNow();
    expect(said("Signed zone")).toHaveLength(1);
    expect(said("is signed in file")).toHaveLength(1);
  });

  it("again when its file has changed, with a later serial number even within a second", async () => {
    await ksk();
    const one = await signNow();
    const first = await serial();
    await change(`${ZONE}www A 192.0.2.80\n`);
    await one.look();
    expect(await serial()).toBe(first + 1);
    expect(await readFile(signed, "utf8")).toContain("www.example.org.");
  });

  it("again where its file has changed while nobody looked", async () => {
    await ksk();
    await signNow();
    advance(1000);
    await change(`${ZONE}www A 192.0.2.80\n`);
    await signNow();
    expect(said("because its file has changed")).toHaveLength(1);
  });

  it("again with a key that has come, and without one that is gone", async () => {
    await ksk();
    const one = await signNow();
    const zsk = await writeKeyFiles(folder);
    await one.look();
    expect((await readZoneFile(signed, ORIGIN)).data.apex.rrset(RrType.DNSKEY)?.rdata).toHaveLength(
      2,
    );
    for (const extension of ["key", "private"]) await rm(`${zsk}.${extension}`);
    await one.look();
    expect(said("because it was signed with other keys")).toHaveLength(2);
  });

  it("again when the signed file is gone", async () => {
    await ksk();
    const one = await signNow();
    await rm(signed);
    await one.look();
    expect(said("because there is no signed file")).toHaveLength(2);
  });

  it("as each of several zones, with keys of their own", async () => {
    await mkdir(join(folder, "K0"));
    const keys = [await ksk(), await ksk({ owner: "0/25.2.0.192.in-addr.arpa." })];
    const body = `key file ${keys.join(" ")}`;
    const one = sign(body, "example.org 0/25.2.0.192.in-addr.arpa");
    await one.check();
    await one.look();
    const names = await readdir(folder);
    expect(names).toContain("db.example.org.signed");
    expect(names).toContain("db.0%2F25.2.0.192.in-addr.arpa.signed");
  });
});

describe("signatures", () => {
  it("are never served expired or before their time, for a year", async () => {
    await ksk();
    const one = await signNow();
    const zone = new Zone(ORIGIN);
    const file = new FollowedZoneFile(zone, { path: signed, reloadMs: 0, byMtime: false }, log);
    for (const end = Date.now() + 366 * DAY_MS; Date.now() < end; advance(31 * HOUR_MS)) {
      await one.look();
      await file.look();
      for (const { inception, expiration } of signaturesOf(zone)) {
        expect(inception).toBeLessThanOrEqual(now());
        // The last look of the file and the longest TTL lie between.
        expect(expiration).toBeGreaterThan(now() + 6 * 24 * 3600);
      }
    }
    expect(said("because its signatures are old").length).toBeGreaterThan(50);
    expect(said("error")).toEqual([]);
  });

  it("are made anew in time where the zone's file is wrong all the year", async () => {
    await ksk();
    const one = await signNow();
    await change("@ SOA\n");
    for (const end = Date.now() + 366 * DAY_MS; Date.now() < end; advance(3 * DAY_MS)) {
      await one.look();
      const { data } = await readZoneFile(signed, ORIGIN);
      const [rdata] = data.apex.rrset(RrType.RRSIG, RrType.SOA)?.rdata ?? [];
      expect((rdata && RRSIG.decode(rdata))?.expiration).toBeGreaterThan(now() + 6 * 24 * 3600);
    }
    advance(1000);
    await change(`${ZONE}www A 192.0.2.80\n`);
    await one.look();
    expect(await readFile(signed, "utf8")).toContain("www.example.org.");
  });

  it("are made anew when the clock has been set back, under a later serial number", async () => {
    await ksk();
    const one = await signNow();
    const before = await serial();
    advance(-2 * DAY_MS);
    await one.look();
    expect(said("because its signatures hold good only from a later time on")).toHaveLength(1);
    expect(await serial()).toBe(before + 1);
  });

  it("are made anew when the machine has slept for months", async () => {
    await ksk();
    const one = await signNow();
    advance(90 * DAY_MS);
    await one.look();
    expect(said("because its signatures will expire")).toHaveLength(1);
  });
});

describe("what goes wrong", () => {
  it("with the zone's file is told once, and the signed file stays", async () => {
    await ksk();
    const one = await signNow();
    const before = await readFile(signed);
    await change(`${ZONE}www A 192.0.2.300\n`);
    await one.look();
    await one.look();
    expect(await readFile(signed)).toEqual(before);
    expect(said("error: Cannot sign zone")).toEqual([
      expect.stringContaining(`db.example.org:5:7: Cannot parse record: expected an IPv4 address`),
    ]);
    expect(await leftovers()).toEqual([]);
  });

  it("in the middle leaves nothing half written", async () => {
    await ksk();
    const one = await signNow();
    const before = await readFile(signed);
    const many = Array.from({ length: 500 }, (_, i) => `n${i} A 192.0.2.1\n`).join("");
    await change(ZONE + many);
    const looking = one.look();
    await until(async () => (await leftovers()).length > 0);
    await one.stop();
    await looking;
    expect(await leftovers()).toEqual([]);
    expect(await readFile(signed)).toEqual(before);
  });

  it("before left a file that is removed, and others not", async () => {
    await ksk();
    const old = join(folder, "unfinished-example.org.signed-0123");
    await change("x", old);
    advance(2 * HOUR_MS);
    await change("x", join(folder, "unfinished-example.org.signed-4567"));
    await signNow();
    expect(await leftovers()).toEqual(["unfinished-example.org.signed-4567"]);
  });

  it("with keys later is told, and the last ones sign on", async () => {
    const base = await ksk();
    const one = await signNow(`key file ${base}`);
    await rename(`${base}.private`, `${base}.away`);
    await change(`${ZONE}www A 192.0.2.80\n`);
    await one.look();
    await one.look();
    expect(said("error: Cannot read keys, the last ones stay: Corefile:3: ")).toHaveLength(1);
    expect(said("because its file has changed")).toHaveLength(1);
  });

  it.each([
    [
      "a key that is missing",
      () => Promise.resolve(`key file ${folder}/Knone`),
      /^Corefile:3: plugin\/sign: cannot use key ".*Knone\.key": no such file or folder$/,
    ],
    [
      "a key of another zone",
      async () => `key file ${await ksk({ owner: "example.net." })}`,
      /^Corefile:3: .*it is of zone "example\.net\." \(key tag \d+\), and that is none of these zones$/,
    ],
    [
      "a key that is wrong",
      async () => {
        const change = { extension: "private", by: (text: string): string => `${text}what?\n` };
        return `key file ${await ksk({ change })}`;
      },
      /^Corefile:3: .*\.private:4: Cannot read key: expected "Field: value"$/,
    ],
    [
      "a zone-signing key alone",
      async () => `key file ${await writeKeyFiles(folder)}`,
      /^Corefile:2: plugin\/sign: zone "example\.org\." has no key for keys: make one with "dnssec-keygen -f KSK"$/,
    ],
    [
      "a folder without keys",
      () => Promise.resolve(`key directory ${folder}`),
      /^Corefile:2: .*has no key for keys/,
    ],
    [
      "a folder that is not there",
      () => Promise.resolve(`key directory ${folder}/none`),
      /^Corefile:3: plugin\/sign: cannot read ".*none": no such file or folder$/,
    ],
  ])("at the start is %s", async (_, body, message) => {
    const one = sign(await body());
    await expect(one.start()).rejects.toThrow(message);
  });
});

describe("the directive", () => {
  it.each([
    ["sign", /missing argument/],
    ["sign db", /missing property "key"/],
    ["sign db {\nkey file\n}", /missing argument/],
    ["sign db {\nkey hsm one\n}", /hsm/],
    ["sign db {\nkey file K\ndirectory\n}", /missing argument/],
    ["sign db {\nkey file K\ndirectory a b\n}", /b/],
    ["sign db {\nkey file K\nnsec3\n}", /nsec3/],
  ])("is refused: %j", (text, message) => {
    expect(() => parseSign(testDirective(text))).toThrow(message);
  });

  it("of a zone that another one signs is refused", () => {
    const entry = parseSign(testDirective("sign db {\nkey file K\n}"));
    const context = testContext({ zones: ["example.org"] });
    expect(() => new Sign([...entry, ...entry], context)).toThrow(
      'zone "example.org." is signed already',
    );
  });
});

function signaturesOf({ data }: Zone): { inception: number; expiration: number }[] {
  const all = [...(data?.freeze().records() ?? [])].filter(({ type }) => type === RrType.RRSIG);
  expect(all.length).toBeGreaterThan(5);
  return all.flatMap(({ rdata }) => RRSIG.decode(rdata) ?? []);
}

async function leftovers(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith("unfinished-"));
}
