import { describe, expect, it } from "vitest";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { Name } from "../../dns/name.ts";
import { formatRecord, parseRecord } from "../../dns/presentation.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { RecordStream } from "../../server/contract/record-stream.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import type { TestQueryOptions } from "../../testing/query.ts";
import { passedOn, records, sections, testQuery } from "../../testing/query.ts";
import { Zone } from "../../zone/zone.ts";
import { ZoneData } from "../../zone/zone-data.ts";
import { ZoneSet } from "../../zone/zone-set.ts";
import { ZoneSetSource } from "../../zone/zone-set-source.ts";
import { parseTransfer } from "./parse.ts";
import { Transfer } from "./transfer.ts";

const ORIGIN = Name.parse("example.org.");
const TCP: TestQueryOptions = { transport: "tcp" };

function soa(serial: number): ResourceRecord {
  return parseRecord(`example.org. 60 IN SOA ns.example.org. host.example.org. ${serial} 1 1 1 60`);
}

/** A zone that has come from one serial number to another, a record of `www` with each. */
function zoneFrom(first: number, last: number): Zone {
  const zone = new Zone(ORIGIN);
  const data = new ZoneData(ORIGIN);
  for (const record of [soa(first), ...records("example.org. 60 IN NS ns.example.org.")])
    data.add(record);
  for (let i = 0; i < 50; i++)
    data.add(...(records(`h${i}.example.org. 60 IN A 192.0.2.1`) as [ResourceRecord]));
  zone.replace(data);
  for (let serial = first; serial !== last; serial = (serial + 1) >>> 0) {
    const next = (serial + 1) >>> 0;
    const added = records(`www.example.org. 60 IN TXT "${next}"`);
    const change = {
      fromSerial: serial,
      toSerial: next,
      removed: [soa(serial)],
      added: [...added, soa(next)],
    };
    expect(zone.tryApply([change], () => undefined)).toBeUndefined();
  }
  return zone;
}

function transferOf(
  directive: string,
  ...zones: readonly Zone[]
): { instance: Transfer; lines: string[] } {
  const set = new ZoneSet();
  for (const zone of zones) set.add(zone);
  const { log, lines } = recordingLog();
  const context = testContext({
    zones: ["example.org"],
    log,
    offers: { file: [zoneSource.offer(new ZoneSetSource(set))] },
  });
  const instance = new Transfer(parseTransfer(testDirective(directive)), context);
  instance.connect();
  return { instance, lines };
}

interface Asked {
  readonly rcode: string;
  readonly flags: string;
  readonly records: readonly string[];
  readonly isStream: boolean;
}

/** @param serial what an IXFR says that the client has */
function ask(
  instance: Transfer,
  type: string,
  options: TestQueryOptions,
  serial?: number,
  name = "example.org.",
): Asked {
  const query = testQuery(name, type, options);
  query.serial = serial;
  const outcome = instance.serve(query, passedOn);
  if (outcome instanceof Promise) throw new TypeError("no outcome at once");
  const { rcode, flags, answer } = sections(outcome);
  const isStream = outcome instanceof RecordStream;
  return {
    rcode,
    flags,
    isStream,
    records: isStream ? [...outcome.records].map(formatRecord) : answer,
  };
}

const short = ({ records: all }: Asked): string[] =>
  all.map((line) =>
    line
      .replace(/^(\S+) .* (SOA) \S+ \S+ (\d+).*$/, "$2 $3")
      .replace(/^(\S+) .*"(\d+)"$/, "TXT $2"),
  );

describe("transfer", () => {
  it("sends the whole zone, its SOA record first and last, and says so in the log", () => {
    const { instance, lines } = transferOf("transfer {\nto *\n}", zoneFrom(1, 2));
    const asked = ask(instance, "AXFR", TCP);
    expect(asked).toMatchObject({ rcode: "NOERROR", flags: "AA", isStream: true });
    expect(asked.records).toHaveLength(54);
    expect([asked.records[0], asked.records.at(-1)]).toEqual([
      formatRecord(soa(2)),
      formatRecord(soa(2)),
    ]);
    expect(lines).toEqual([
      'info: Outgoing transfer of 54 records of zone "example.org." to 127.0.0.1 for 2 SOA serial',
    ]);
  });

  it.each([
    ["to others than are named", "transfer {\nto 192.0.2.1\n}", "AXFR", TCP, "REFUSED"],
    ["of zones that no directive names", "transfer example.net {\nto *\n}", "AXFR", TCP, "REFUSED"],
    ["by UDP", "transfer {\nto *\n}", "AXFR", {}, "REFUSED"],
    ["of changes without a serial number", "transfer {\nto *\n}", "IXFR", TCP, "FORMERR"],
  ])("is refused %s", (_, directive, type, options, rcode) => {
    const { instance } = transferOf(directive, zoneFrom(1, 1));
    expect(ask(instance, type, options)).toMatchObject({ rcode, records: [], isStream: false });
  });

  it("goes to an address that is named, whatever its port", () => {
    const { instance } = transferOf(
      "transfer {\nto 192.0.2.1 [2001:db8::1]:5300\n}",
      zoneFrom(1, 1),
    );
    for (const address of ["192.0.2.1", "2001:db8::1"])
      expect(ask(instance, "AXFR", { ...TCP, address }).rcode).toBe("NOERROR");
  });

  it("of a name that is no zone's own is NOTAUTH", () => {
    const { instance } = transferOf("transfer {\nto *\n}", zoneFrom(1, 1));
    expect(ask(instance, "AXFR", TCP, undefined, "www.example.org.").rcode).toBe("NOTAUTH");
  });

  it("of a zone without a version is SERVFAIL", () => {
    const { instance } = transferOf("transfer {\nto *\n}", new Zone(ORIGIN));
    expect(() => ask(instance, "AXFR", TCP)).toThrow("there is no good version");
  });

  it.each([
    [
      "what has changed, one version after the other",
      3,
      ["SOA 5", "SOA 3", "SOA 4", "TXT 4", "SOA 4", "SOA 5", "TXT 5", "SOA 5"],
    ],
    ["one record to whoever has this version", 5, ["SOA 5"]],
    ["one record to whoever has a later version", 6, ["SOA 5"]],
  ])("of changes sends %s", (_, serial, expected) => {
    const { instance } = transferOf("transfer {\nto *\n}", zoneFrom(1, 5));
    expect(short(ask(instance, "IXFR", TCP, serial))).toEqual(expected);
  });

  it.each([
    ["from a version that is not known", 3_999_999_999, zoneFrom(4_000_000_000, 4_000_000_002)],
    ["from a version neither before nor after this one", 2_147_483_649, zoneFrom(1, 1)],
  ])("of changes %s sends the whole zone", (_, serial, zone) => {
    const { instance } = transferOf("transfer {\nto *\n}", zone);
    expect(ask(instance, "IXFR", TCP, serial).records.length).toBeGreaterThan(50);
  });

  it("of changes goes on where serial numbers begin again", () => {
    const { instance } = transferOf("transfer {\nto *\n}", zoneFrom(4_294_967_295, 1));
    const asked = ask(instance, "IXFR", TCP, 4_294_967_295);
    expect(short(asked).filter((line) => line.startsWith("SOA"))).toEqual([
      "SOA 1",
      "SOA 4294967295",
      "SOA 0",
      "SOA 0",
      "SOA 1",
      "SOA 1",
    ]);
    expect(short(ask(instance, "IXFR", TCP, 2))).toEqual(["SOA 1"]);
  });

  it("of changes sends by UDP the SOA record alone", () => {
    const { instance, lines } = transferOf("transfer {\nto *\n}", zoneFrom(1, 5));
    expect(short(ask(instance, "IXFR", {}, 3))).toEqual(["SOA 5"]);
    expect(lines).toEqual([]);
    ask(instance, "IXFR", {}, 5);
    expect(lines).toEqual([
      'info: Outgoing noop, incremental transfer for up to date zone "example.org." to 127.0.0.1 for 5 SOA serial',
    ]);
  });

  it("passes on what is no question for a zone of class IN", () => {
    const { instance } = transferOf("transfer {\nto *\n}", zoneFrom(1, 1));
    expect(ask(instance, "A", TCP).rcode).toBe("BADTRUNC");
    expect(ask(instance, "AXFR", { ...TCP, qclass: RrClass.CH }).rcode).toBe("BADTRUNC");
  });
});
