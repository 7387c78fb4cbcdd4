import { expect, test } from "vitest";
import { Name } from "../dns/name.ts";
import { parseZoneText } from "./file/zone-text.ts";
import { Zone } from "./zone.ts";
import { ZoneData } from "./zone-data.ts";

const ORIGIN = Name.parse("example.");
const NAMES = Array.from({ length: 1_000 }, (_, i) => Name.parse(`host-${i}.example.`));

function versionOf(serial: number): ZoneData {
  const data = new ZoneData(ORIGIN);
  const text = `@ 300 SOA ns1 host ${serial} 7200 3600 1209600 120\n@ 300 NS ns1\n`;
  for (const record of parseZoneText(text, { origin: ORIGIN, file: "db" })) data.add(record);
  return data;
}

test("replies of a version end part by part before the next version is there, which keeps its own", async () => {
  const zone = new Zone(ORIGIN);
  zone.replace(versionOf(1));
  const kept = NAMES.map((name) => zone.validityFor(name));
  const current = (): number => kept.filter(({ isCurrent }) => isCurrent).length;
  expect(current()).toBe(NAMES.length);
  const ended = zone.endReplies();
  expect(current()).toBeGreaterThan(NAMES.length / 2);
  expect(current()).toBeLessThan(NAMES.length);
  await ended;
  expect(current()).toBe(0);
  expect(zone.serial).toBe(1);
  expect(zone.validityFor(ORIGIN).isCurrent).toBe(false);
  zone.replace(versionOf(2));
  expect(NAMES.every((name) => zone.validityFor(name).isCurrent)).toBe(true);
});
