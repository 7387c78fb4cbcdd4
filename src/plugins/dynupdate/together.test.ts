import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Bench, ORIGIN, update } from "./dynupdate.cases.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const KEPT = "allow k. * *\ndatabase of-its-own/kept";
const folder = (): string => join(bench.folder, "of-its-own");

test("what comes while the database is written is written together, each upon the last", async () => {
  await mkdir(folder());
  await bench.enlarge();
  const one = await bench.start(KEPT);
  const zone = one.zones.get(ORIGIN);
  const serials: (number | undefined)[] = [];
  zone?.onChange(({ serial }) => serials.push(serial));
  const rcodes = await Promise.all([
    update(one, ["add a 60 A 192.0.2.7"]),
    update(one, ["prereq nxdomain b", "add b 60 A 192.0.2.7"]),
    update(one, ["prereq nxdomain b", "add b 60 A 192.0.2.8"]),
    update(one, ["delete ns"]),
    update(one, ["prereq yxdomain b", "delete b", "add c 60 A 192.0.2.9"]),
  ]);
  expect(rcodes).toEqual(["NOERROR", "NOERROR", "YXDOMAIN", "REFUSED", "NOERROR"]);
  expect(serials).toEqual([2, 4]);
  expect(zone?.journal.since(1)).toHaveLength(3);
  await bench.kill(one);
  const next = await bench.start(KEPT);
  expect(await update(next, ["prereq yxrrset c A", "prereq nxdomain b"])).toBe("NOERROR");
  expect(next.zones.get(ORIGIN)?.serial).toBe(4);
});

test("of those that cannot be kept together none is done, and none is judged by what was not", async () => {
  await mkdir(folder());
  const one = await bench.start(KEPT);
  await rm(folder(), { recursive: true });
  const claim = ["prereq nxdomain b", "add b 60 A 192.0.2.7"];
  const rcodes = await Promise.all([
    update(one, ["add a 60 A 192.0.2.7"]),
    update(one, ["prereq yxdomain b"]),
    update(one, claim),
    update(one, claim),
  ]);
  expect(rcodes).toEqual(["SERVFAIL", "NXDOMAIN", "SERVFAIL", "SERVFAIL"]);
  await mkdir(folder());
  expect(await update(one, ["prereq nxdomain a", ...claim])).toBe("NOERROR");
  expect(one.zones.get(ORIGIN)?.serial).toBe(2);
});

const STRING = ` ${"x".repeat(240)}`;

test.each([
  ["octets than a reply has room for", 45, (i: number) => `TXT ${i}${STRING.repeat(5)}`],
  ["records than others bear", 51, (i: number) => `A 192.0.2.${i}`],
])("an RRset with more %s is refused", async (_, count, data) => {
  const one = await bench.start();
  const lines = Array.from({ length: 2 * count }, (_none, i) => `add big 60 ${data(i)}`);
  expect(await update(one, lines.slice(0, count))).toBe("NOERROR");
  expect(await update(one, lines.slice(count))).toBe("REFUSED");
  expect(await update(one, ["delete big"])).toBe("NOERROR");
});
