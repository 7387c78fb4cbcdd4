import { expect, test } from "vitest";
import { Name } from "../dns/name.ts";
import { formatRecord, parseRecord } from "../dns/presentation.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import { records } from "../testing/query.ts";
import { Zone } from "./zone.ts";
import { ZoneData } from "./zone-data.ts";
import { ZoneSet } from "./zone-set.ts";
import { ZoneSetSource } from "./zone-set-source.ts";

const ORIGIN = Name.parse("example.org.");

function soa(serial: number): ResourceRecord {
  return parseRecord(`example.org. 60 IN SOA ns.example.org. host.example.org. ${serial} 1 1 1 60`);
}

function dataOf(...lines: readonly string[]): ZoneData {
  const data = new ZoneData(ORIGIN);
  for (const record of records(...lines)) data.add(record);
  data.add(soa(1));
  return data;
}

function setOf(zone: Zone): { set: ZoneSet; source: ZoneSetSource } {
  const set = new ZoneSet();
  set.add(zone);
  return { set, source: new ZoneSetSource(set) };
}

test("a version has the SOA record first and last, all others once, and stays as it was", () => {
  const zone = new Zone(ORIGIN);
  const others = [
    "example.org. 60 IN NS ns.example.org.",
    "example.org. 60 IN MX 1 a.example.org.",
  ];
  zone.replace(dataOf(...others, "a.example.org. 60 IN A 192.0.2.1"));
  const { source } = setOf(zone);
  const version = source.version(ORIGIN);
  if (!version) throw new Error("no version");
  const taken: string[] = [];
  for (const record of version.records()) {
    taken.push(formatRecord(record));
    if (taken.length !== 1) continue;
    const change = {
      fromSerial: 1,
      toSerial: 2,
      removed: [soa(1), ...records("a.example.org. 60 IN A 192.0.2.1")],
      added: [soa(2), ...records("b.example.org. 60 IN A 192.0.2.2")],
    };
    expect(zone.tryApply([change], () => undefined)).toBeUndefined();
  }
  const first = formatRecord(soa(1));
  expect(taken).toEqual([first, ...others, "a.example.org. 60 IN A 192.0.2.1", first]);
  expect([...source.records(ORIGIN)].map(formatRecord)).toContain(
    "b.example.org. 60 IN A 192.0.2.2",
  );
  expect(source.version(ORIGIN)?.changesSince(1)).toHaveLength(1);
  expect(source.version(ORIGIN)?.changesSince(7)).toBeUndefined();
});

test("a zone without a version is SERVFAIL", () => {
  const { source } = setOf(new Zone(ORIGIN));
  expect(() => source.version(ORIGIN)).toThrow("there is no good version");
});

test("new versions are told of, also those of zones that come later, and none of zones that have gone", () => {
  const zone = new Zone(ORIGIN);
  const { set, source } = setOf(zone);
  const told: string[] = [];
  const end = source.onChange((origin) => told.push(origin.toString()));
  zone.replace(dataOf());
  const other = new Zone(Name.parse("example.net."));
  other.replace(new ZoneData(other.origin));
  set.add(other);
  expect(told).toEqual(["example.org.", "example.net."]);
  expect(source.zones.map(String)).toEqual(["example.org.", "example.net."]);
  set.delete(ORIGIN);
  zone.replace(dataOf());
  end();
  other.replace(new ZoneData(other.origin));
  expect(told).toHaveLength(2);
});
