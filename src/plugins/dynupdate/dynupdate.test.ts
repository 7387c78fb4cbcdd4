import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { recordingLog } from "../../testing/context.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { parseUpdate, updatePacket } from "../../testing/update.ts";
import { Bench, ORIGIN, sendUpdate, update } from "./dynupdate.cases.ts";
import type { Dynupdate } from "./dynupdate.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const KEPT = "allow k. * *\ndatabase kept";
const ADD = ["add new 60 A 192.0.2.7"];

async function addresses(one: Dynupdate, name: string): Promise<string[]> {
  const { answer, rcode } = await ask(one, testQuery(`${name}.example.org.`, "A"));
  return answer.length > 0 ? answer.map((text) => text.split(" ")[4] ?? "") : [rcode];
}

test("what is updated is answered, and what was said before holds good no longer", async () => {
  const one = await bench.start();
  const validity = one.zones.get(ORIGIN)?.validity;
  expect(await addresses(one, "new")).toEqual(["NXDOMAIN"]);
  expect(await update(one, ADD)).toBe("NOERROR");
  expect(await addresses(one, "new")).toEqual(["192.0.2.7"]);
  expect(validity?.isCurrent).toBe(false);
  expect(one.zones.get(ORIGIN)?.serial).toBe(2);
});

test("changes are in the journal", async () => {
  await bench.enlarge();
  const one = await bench.start();
  await update(one, ADD);
  await update(one, ["delete new", "delete www"]);
  const changes = one.zones.get(ORIGIN)?.journal.since(2) ?? [];
  expect(
    changes.map(({ toSerial, removed, added }) => [toSerial, removed.length, added.length]),
  ).toEqual([[3, 3, 1]]);
});

test("updates are done one after the other, each upon the last", async () => {
  const one = await bench.start(KEPT);
  const claim = ["prereq nxdomain new", ...ADD];
  const rcodes = await Promise.all([1, 2, 3].map(async () => update(one, claim)));
  expect(rcodes).toEqual(["NOERROR", "YXDOMAIN", "YXDOMAIN"]);
});

describe("is refused", () => {
  it.each([
    ["what is not signed", ADD, { key: undefined }, "REFUSED"],
    ["a key without a rule", ["prereq yxdomain nobody"], { key: "other." }, "REFUSED"],
    ["another zone", ADD, { zone: "example.net." }, "NOTAUTH"],
    ["a zone below", ADD, { zone: "www.example.org." }, "NOTAUTH"],
    ["another class", ADD, { qclass: RrClass.CH }, "NOTAUTH"],
    ["a zone section of another type", ADD, { qtype: "A" }, "FORMERR"],
    ["the only address of the only server", ["delete ns"], {}, "REFUSED"],
    [
      "data below a DNAME",
      ["add www 60 DNAME elsewhere.", "add a.www 60 A 192.0.2.7"],
      {},
      "REFUSED",
    ],
    ["a DNAME for all of the zone", ["add @ 60 DNAME elsewhere."], {}, "REFUSED"],
  ])("%s", async (_, lines, asked, expected) => {
    const one = await bench.start();
    expect(await update(one, lines, asked)).toBe(expected);
    expect(one.zones.get(ORIGIN)?.serial).toBe(1);
  });

  it("a malformed section", async () => {
    const one = await bench.start();
    const packet = updatePacket(ORIGIN, parseUpdate(ORIGIN, ADD));
    packet.writeUInt16BE(2, 8);
    expect(await sendUpdate(one, packet)).toMatchObject({ rcode: "FORMERR", flags: "" });
  });

  it.each([
    ["max_update_records 1", ["prereq yxdomain www", ...ADD]],
    ["max_records 4", ADD],
    ["max_bytes 190", ADD],
  ])("what is beyond %s", async (limit, lines) => {
    const one = await bench.start(`allow k. * *\n${limit}`);
    expect(await update(one, lines)).toBe("REFUSED");
    expect(await update(one, ["delete www"])).toBe("NOERROR");
  });
});

describe("a rule", () => {
  it.each([
    ["allow K. New.example.org. A", ADD, "NOERROR"],
    ["allow k. new.example.org. AAAA", ADD, "REFUSED"],
    ["allow k. @ A", ADD, "REFUSED"],
    ["allow k. @ MX", ["add @ 60 MX 10 www"], "NOERROR"],
    ["allow k. * A", ["delete www"], "REFUSED"],
    ["allow k. * ANY", ["delete www"], "NOERROR"],
    ["allow k. * A", [...ADD, "add new 60 TXT a"], "REFUSED"],
    ["allow k. * TXT\nallow k. www.example.org. ANY\nallow other. * *", ADD, "REFUSED"],
  ])("%j", async (rule, lines, expected) => {
    const one = await bench.start(rule);
    expect(await update(one, lines)).toBe(expected);
  });

  it("for a key that nobody has is an error at its place", async () => {
    await expect(bench.start("allow nobody. * *")).rejects.toThrow(
      'Corefile:4: plugin/dynupdate: unknown key "nobody."',
    );
  });
});

describe("a database", () => {
  it("is made by the first update, and is what the next start goes on from", async () => {
    const one = await bench.start(KEPT);
    await expect(stat(join(bench.folder, "kept"))).rejects.toThrow("ENOENT");
    await update(one, ADD);
    await bench.kill(one);
    await rm(join(bench.folder, "zone"));
    await writeFile(join(bench.folder, "zone"), "no zone");
    const next = await bench.start(KEPT);
    expect(await addresses(next, "new")).toEqual(["192.0.2.7"]);
    expect((await stat(join(bench.folder, "kept"))).mode & 0o777).toBe(0o600);
  });

  it("that cannot be written changes nothing, until it can", async () => {
    const { log, lines } = recordingLog();
    const folder = join(bench.folder, "of-its-own");
    await mkdir(folder);
    const one = await bench.start(`allow k. * *\ndatabase of-its-own/kept`, log);
    await rm(folder, { recursive: true });
    expect(await update(one, ADD)).toBe("SERVFAIL");
    expect(await update(one, ADD)).toBe("SERVFAIL");
    expect(await addresses(one, "new")).toEqual(["NXDOMAIN"]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('error: Cannot keep update of zone "example.org.": ');
    await mkdir(folder);
    expect(await update(one, ADD)).toBe("NOERROR");
    expect(one.zones.get(ORIGIN)?.serial).toBe(2);
  });

  it.each([
    [
      "of another zone",
      (text: string) => text.replace("zone example.org.", "zone example.net."),
      "has the zone",
    ],
    [
      "that was cut off",
      (text: string) => text.slice(0, text.lastIndexOf("new")),
      "says that it has 5",
    ],
    ["that is something else", () => "$TTL 60\n", "is no database of *dynupdate*"],
  ])("%s is refused, and the file is not taken in its place", async (_, spoil, message) => {
    const one = await bench.start(KEPT);
    await update(one, ADD);
    await bench.kill(one);
    const path = join(bench.folder, "kept");
    await writeFile(path, spoil(await readFile(path, "utf8")));
    await expect(bench.start(KEPT)).rejects.toThrow(message);
    await expect(bench.make(KEPT).check()).rejects.toThrow(message);
  });

  it("is not the file, nor in a folder that is not there", async () => {
    await expect(bench.start("allow k. * *\ndatabase zone")).rejects.toThrow("are the same file");
    await expect(bench.start("allow k. * *\ndatabase nowhere/kept")).rejects.toThrow("ENOENT");
  });
});

test.each(["allow k. * *", KEPT])(
  "a reload keeps the zone, and the journal (%j)",
  async (lines) => {
    await bench.enlarge();
    const before = await bench.start(lines);
    await update(before, ADD);
    const after = await bench.start(lines);
    await update(before, ["delete www"]);
    await before.stop();
    expect(await update(after, ["prereq nxdomain www", "add late 60 A 192.0.2.8"])).toBe("NOERROR");
    expect(await addresses(after, "new")).toEqual(["192.0.2.7"]);
    expect(after.zones.get(ORIGIN)?.journal.since(1)).toHaveLength(3);
  },
);

test("a signed zone is refused", async () => {
  const path = join(bench.folder, "zone");
  const text = await readFile(path, "utf8");
  await writeFile(path, `${text}www NSEC ns.example.org. A NSEC\n`);
  await expect(bench.start()).rejects.toThrow('"www.example.org." has NSEC records');
  await writeFile(path, text);
  await chmod(path, 0o400);
  await expect(bench.make("allow k. * *\nmax_records 3").check()).rejects.toThrow(
    "has 4 records, over 3",
  );
});

test("what updates leave behind in memory goes away", async () => {
  const one = await bench.start();
  for (let i = 0; i < 1_500; i++) {
    const text = "x".repeat(200);
    await update(one, ["delete big", `add big 60 TXT ${text} ${text} ${text} ${text} ${i}`]);
  }
  const zone = one.zones.get(ORIGIN);
  expect(zone?.serial).toBe(1_501);
  expect(zone?.data?.octets).toBeLessThan(3 << 20);
  expect(zone?.journal.since(1_500)).toHaveLength(1);
});
