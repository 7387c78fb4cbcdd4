import { expect, test } from "vitest";
import type { ZoneChange } from "../server/contract/zone-source.ts";
import { Journal } from "./journal.ts";
import { parseRecord } from "../dns/presentation.ts";

function change(fromSerial: number, toSerial: number, records = 1): ZoneChange {
  const added = Array.from({ length: records }, (_, i) => parseRecord(`h${i}. 1 IN A 192.0.2.1`));
  return { fromSerial, toSerial, removed: [], added };
}

function serialsSince(journal: Journal, serial: number): number[] | undefined {
  return journal.since(serial)?.map(({ toSerial }) => toSerial);
}

test("what leads from an older version to the newest is told in order", () => {
  const journal = new Journal();
  journal.add(change(1, 2), 10);
  journal.add(change(2, 5), 10);
  expect(serialsSince(journal, 1)).toEqual([2, 5]);
  expect(serialsSince(journal, 2)).toEqual([5]);
  expect(serialsSince(journal, 4)).toBeUndefined();
});

test("the oldest changes are forgotten once they are more than the zone", () => {
  const journal = new Journal();
  journal.add(change(1, 2, 6), 10);
  journal.add(change(2, 3, 6), 10);
  expect(serialsSince(journal, 1)).toBeUndefined();
  expect(serialsSince(journal, 2)).toEqual([3]);
});

test("a change from another version than the last one begins anew", () => {
  const journal = new Journal();
  journal.add(change(1, 2), 10);
  journal.add(change(7, 8), 10);
  expect(serialsSince(journal, 1)).toBeUndefined();
  expect(serialsSince(journal, 7)).toEqual([8]);
});
