import fc from "fast-check";
import { expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { PackedRecords } from "./packed-records.ts";

const label = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 9 });
const key = fc.array(label, { maxLength: 6 }).map((labels) => {
  const wire = labels.map((one) => String.fromCharCode(one.length) + one).join("");
  return Name.fromWire(`${wire}\0`).key;
});
const value = fc.record({
  key,
  kind: fc.constantFrom(1, 12, 28),
  words: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
    minLength: 1,
    maxLength: 4,
  }),
});

it("has of each name what was added, in that order, and nothing else", () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), fc.array(key), (values, others) => {
      // With so few buckets most have several names.
      const packed = new PackedRecords(0);
      for (const one of values) packed.add(packed.place(one.key), one.kind, one.words);
      for (const name of [...others, ...values.map((one) => one.key)]) {
        const own = values.filter((one) => one.key === name);
        const place = packed.find(name);
        expect(place !== 0).toBe(own.length > 0);
        if (place === 0) continue;
        expect(packed.nameAt(place)).toBe(name);
        for (const kind of [1, 12, 28]) {
          const expected = own.filter((one) => one.kind === kind).map(({ words }) => words);
          expect(packed.values(place, kind)).toEqual(expected);
          expect(packed.values(place, kind, 1)).toEqual(expected.slice(0, 1));
        }
        for (const { kind, words } of values) {
          const isOwn = own.some((one) => one.kind === kind && String(one.words) === String(words));
          expect(packed.has(place, kind, words)).toBe(isOwn);
        }
      }
    }),
  );
});

it("holds more than a chunk of memory has room for", () => {
  const packed = new PackedRecords(1_000);
  const name = (i: number): string => Name.parse(`${"x".repeat(60)}.${i}.`).key;
  for (let i = 0; i < 5_000; i++) packed.add(packed.place(name(i)), 1, [i]);
  for (let i = 0; i < 5_000; i++) expect(packed.values(packed.find(name(i)), 1)).toEqual([[i]]);
  expect(packed.find(name(5_000))).toBe(0);
});
