import fc from "fast-check";
import { expect, test } from "vitest";
import { Name } from "../dns/name.ts";
import { formatRecord, parseRecord } from "../dns/presentation.ts";
import type { ZoneChange } from "../server/contract/zone-source.ts";
import { ZoneData } from "./zone-data.ts";
import { changeBetween } from "./zone-difference.ts";

const ORIGIN = Name.parse("example.org.");
/** Enough that a change of some of them is less than the whole zone. */
const OTHERS = Array.from({ length: 20 }, (_, i) => `other-${i} 300 A 192.0.2.1`);

function zoneOf(texts: readonly string[]): ZoneData {
  const data = new ZoneData(ORIGIN);
  for (const text of texts) data.add(parseRecord(text, { origin: ORIGIN }));
  return data;
}

function change(before: readonly string[], after: readonly string[]) {
  return changeBetween(
    { data: zoneOf([...OTHERS, ...before]), serial: 1 },
    { data: zoneOf([...OTHERS, ...after]), serial: 2 },
  );
}

function textsOf(found: ZoneChange | undefined) {
  return (
    found && { removed: found.removed.map(formatRecord), added: found.added.map(formatRecord) }
  );
}

test.each([
  ["nothing", ["a 60 A 192.0.2.1"], ["a 60 A 192.0.2.1"], [], []],
  [
    "the order of records and RRsets",
    ["a 60 A 192.0.2.1", "a 60 A 192.0.2.2", "a 60 TXT x"],
    ["a 60 TXT x", "a 60 A 192.0.2.2", "a 60 A 192.0.2.1"],
    [],
    [],
  ],
  ["capitals of a name in data", ["a 60 NS host"], ["a 60 NS HOST"], [], []],
  [
    "a record of several",
    ["a 60 A 192.0.2.1", "a 60 A 192.0.2.2"],
    ["a 60 A 192.0.2.1"],
    ["a.example.org. 60 IN A 192.0.2.2"],
    [],
  ],
  [
    "a TTL",
    ["a 60 A 192.0.2.1"],
    ["a 70 A 192.0.2.1"],
    ["a.example.org. 60 IN A 192.0.2.1"],
    ["a.example.org. 70 IN A 192.0.2.1"],
  ],
  [
    "an owner",
    ["a 60 A 192.0.2.1"],
    ["b 60 A 192.0.2.1"],
    ["a.example.org. 60 IN A 192.0.2.1"],
    ["b.example.org. 60 IN A 192.0.2.1"],
  ],
  [
    "a name that has only names below it in the other",
    ["b.a 60 TXT x"],
    ["a 60 TXT x", "b.a 60 TXT x"],
    [],
    ['a.example.org. 60 IN TXT "x"'],
  ],
])("of two versions that differ in %s", async (_, before, after, removed, added) => {
  expect(textsOf(await change(before, after))).toEqual({ removed, added });
});

test("what leads from one version to another makes that of it, whatever they are", async () => {
  const text = fc
    .tuple(fc.constantFrom("a", "b", "b.a", "c"), fc.constantFrom(60, 70), fc.nat(3))
    .map(([owner, ttl, last]) => `${owner} ${ttl} A 192.0.2.${last}`);
  const version = fc.array(text, { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(version, version, async (before, after) => {
      const found = await change(before, after);
      const data = zoneOf([...OTHERS, ...before]);
      for (const record of found?.removed ?? []) expect(data.remove(record)).toBe(true);
      for (const record of found?.added ?? []) expect(data.add(record)).toBe("added");
      const sorted = (zone: ZoneData) => [...zone.freeze().records()].map(formatRecord).toSorted();
      expect(sorted(data)).toEqual(sorted(zoneOf([...OTHERS, ...after])));
    }),
    { numRuns: 50 },
  );
});
