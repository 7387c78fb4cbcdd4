import fc from "fast-check";
import { expect, test } from "vitest";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { formatRecord, parseRecord } from "../dns/presentation.ts";
import { ZoneData } from "./zone-data.ts";

const ORIGIN = Name.parse("example.org.");

function record(text: string): ReturnType<typeof parseRecord> {
  return parseRecord(text, { origin: ORIGIN, ttlSeconds: 300 });
}

function textsOf(data: ZoneData): string[] {
  return [...data.freeze().records()].map(formatRecord);
}

test("what is added is found by name and type, whatever its capitals", () => {
  const data = new ZoneData(ORIGIN);
  data.add(record("WWW A 192.0.2.1"));
  data.add(record("www A 192.0.2.2"));
  const rrset = data.find(Name.parse("wWw.example.ORG."))?.rrset(RrType.A);
  expect(rrset?.rdata.map((one) => one.toString("hex"))).toEqual(["c0000201", "c0000202"]);
});

test("a record that is there already is not added again, also with other capitals in its data", () => {
  const data = new ZoneData(ORIGIN);
  expect(data.add(record("www CNAME host"))).toBe("added");
  expect(data.add(record("www CNAME HOST"))).toBe("duplicate");
  expect(data.records).toBe(1);
});

test("data that differs only as capitals do from small letters, and has no names, is different", () => {
  const data = new ZoneData(ORIGIN);
  expect(data.add(record('www TXT "text@"'))).toBe("added");
  expect(data.add(record('www TXT "TEXT@"'))).toBe("added");
  expect(data.add(record('www TXT "text`"'))).toBe("added");
  expect(data.add(record('www TXT "text@"'))).toBe("duplicate");
});

test("an RRset has one TTL, that of its first record", () => {
  const data = new ZoneData(ORIGIN);
  data.add(record("www 60 A 192.0.2.1"));
  expect(data.add(record("www 70 A 192.0.2.2"))).toBe("other TTL");
  expect(textsOf(data)).toEqual([
    "www.example.org. 60 IN A 192.0.2.1",
    "www.example.org. 60 IN A 192.0.2.2",
  ]);
});

test("names between an owner and the apex exist, until nothing is below them", () => {
  const data = new ZoneData(ORIGIN);
  const deep = record("a.b.c A 192.0.2.1");
  data.add(deep);
  expect(data.find(Name.parse("c.example.org."))?.isEmpty).toBe(true);
  data.remove(deep);
  expect(data.find(Name.parse("c.example.org."))).toBeUndefined();
  expect(data.names).toBe(1);
});

test("a name has a flag for a cut, for DNAME and for a wildcard below it, as long as there is one", () => {
  const data = new ZoneData(ORIGIN);
  const [server, dname, wildcard] = ["sub NS ns", "sub DNAME elsewhere.", "*.sub A 192.0.2.1"].map(
    record,
  );
  if (!server || !dname || !wildcard) throw new Error("unreachable");
  const flags = (): unknown => {
    const node = data.find(Name.parse("sub.example.org."));
    return node && [node.isCut, node.hasDname, node.hasWildcardBelow];
  };
  for (const one of [server, dname, wildcard]) data.add(one);
  expect(flags()).toEqual([true, true, true]);
  data.remove(server);
  data.remove(wildcard);
  expect(flags()).toEqual([false, true, false]);
  data.remove(dname);
  expect(flags()).toBeUndefined();
});

test("a record that is not within the zone is refused", () => {
  expect(() => new ZoneData(ORIGIN).add(record("www.example.com. A 192.0.2.1"))).toThrow(
    'Cannot add record of "www.example.com.": not within "example.org."',
  );
});

test("what was frozen stays as it was, whatever is changed", () => {
  const data = new ZoneData(ORIGIN);
  const hosts = Array.from({ length: 10_000 }, (_, i) => record(`host-${i} A 192.0.2.${i % 256}`));
  for (const one of hosts) data.add(one);
  const frozen = data.freeze();
  const before = hosts.map(formatRecord);
  for (const one of hosts.slice(0, 6_000)) data.remove(one);
  for (const one of hosts.slice(0, 9_000))
    data.add(record(`more.${one.owner.toString()} A 192.0.2.9`));
  expect([...frozen.records()].map(formatRecord)).toEqual(before);
});

test("a zone holds what was added and not removed, in whatever order", () => {
  const owner = fc
    .array(fc.constantFrom("a", "b", "*", "c-d"), { minLength: 0, maxLength: 4 })
    .map((labels) => (labels.length === 0 ? "@" : labels.join(".")));
  const data = fc.constantFrom("A 192.0.2.1", "A 192.0.2.2", "TXT x", "NS ns", "MX 1 A", "MX 1 a");
  const step = fc.tuple(fc.boolean(), owner, data);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const zone = new ZoneData(ORIGIN);
      const model = new Set<string>();
      for (const [isAdded, name, text] of steps) {
        const one = record(`${name} ${text}`);
        const known = formatRecord(one).toLowerCase();
        if (isAdded) zone.add(one);
        else zone.remove(one);
        if (isAdded) model.add(known);
        else model.delete(known);
      }
      const held = textsOf(zone).map((text) => text.toLowerCase());
      expect(held.toSorted()).toEqual([...model].toSorted());
      expect(zone.records).toBe(model.size);
      const names = new Set(["example.org."]);
      for (const text of model) {
        for (
          let at = Name.parse(text.split(" ")[0] ?? "");
          at.key !== ORIGIN.key;
          at = at.parent()
        ) {
          names.add(at.toString());
        }
      }
      expect(zone.names).toBe(names.size);
    }),
  );
});

test("an RRset that no message could hold is refused", () => {
  const data = new ZoneData(ORIGIN);
  const address = (i: number): string => `www A 10.0.${i >> 8}.${i & 255}`;
  for (let i = 0; i < 4_095; i++) data.add(record(address(i)));
  expect(() => data.add(record(address(4_095)))).toThrow("Cannot hold RRset: over 4095 records");
});
