import { describe, expect, it, test } from "vitest";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { parseUpdate, updatePacket } from "../../testing/update.ts";
import { checkPrerequisites } from "./prerequisites.ts";
import { scanUpdates } from "./prescan.ts";
import { readUpdate } from "./update-message.ts";
import { ORIGIN, outcomeOf, zoneData } from "./update.cases.ts";

const SERIAL = ["+ @ 60 SOA 8", "- @ 60 SOA 7"];

/** What changes besides the serial number; a response code stands for itself. */
function changes(...lines: string[]): string[] {
  const outcome = outcomeOf(lines);
  return outcome.filter((line) => !SERIAL.includes(line));
}

describe("prerequisites (RFC 2136 §2.4)", () => {
  it.each([
    ["yxdomain www", "NOERROR"],
    ["yxdomain nobody", "NXDOMAIN"],
    ["yxdomain b.deep", "NXDOMAIN"],
    ["nxdomain nobody", "NOERROR"],
    ["nxdomain b.deep", "NOERROR"],
    ["nxdomain WWW", "YXDOMAIN"],
    ["yxrrset www A", "NOERROR"],
    ["yxrrset www AAAA", "NXRRSET"],
    ["yxrrset nobody A", "NXRRSET"],
    ["nxrrset www AAAA", "NOERROR"],
    ["nxrrset nobody A", "NOERROR"],
    ["nxrrset www A", "YXRRSET"],
    ["yxrrset www A 192.0.2.1", "NXRRSET"],
    ["yxrrset www TXT a", "NOERROR"],
    ["yxrrset @ MX 10 MAIL", "NOERROR"],
    ["yxrrset www TXT A", "NXRRSET"],
    ["yxdomain www.example.net.", "NOTZONE"],
    ["yxrrset www AXFR", "FORMERR"],
    ["nxrrset www TYPE0", "FORMERR"],
  ])("%s is %s", (line, expected) => {
    const { prerequisites } = parseUpdate(ORIGIN, [`prereq ${line}`]);
    const rcode = checkPrerequisites(zoneData(), prerequisites)?.rcode ?? Rcode.NOERROR;
    expect(rcode).toBe(Rcode[expected as keyof typeof Rcode]);
  });

  test("of an RRset that has to be as it says all records count, in any order and more than once", () => {
    const lines = ["192.0.2.2", "192.0.2.1", "192.0.2.2"].map(
      (one) => `prereq yxrrset www A ${one}`,
    );
    expect(outcomeOf(lines)).toEqual([]);
    expect(outcomeOf([...lines, "prereq yxrrset www A 192.0.2.3"])).toEqual(["NXRRSET"]);
  });

  test.each([
    ["a TTL", RrClass.ANY, RrType.A, 1, 0],
    ["data of class ANY", RrClass.ANY, RrType.A, 0, 4],
    ["data of class NONE", RrClass.NONE, RrType.A, 0, 4],
    ["another class", RrClass.CH, RrType.A, 0, 0],
    ["type ANY with data", RrClass.IN, RrType.ANY, 0, 4],
  ])("%s is malformed", (_, rrClass, type, ttl, octets) => {
    const record = new ResourceRecord(ORIGIN, type, rrClass, ttl, Buffer.alloc(octets));
    expect(checkPrerequisites(zoneData(), [record])?.rcode).toBe(Rcode.FORMERR);
  });
});

describe("the prescan (RFC 2136 §3.4.1)", () => {
  it.each([
    ["another class", RrClass.CH, RrType.A, 0, 4, "FORMERR"],
    ["type ANY to add", RrClass.IN, RrType.ANY, 0, 0, "FORMERR"],
    ["type AXFR to add", RrClass.IN, RrType.AXFR, 0, 0, "FORMERR"],
    ["a TTL of class ANY", RrClass.ANY, RrType.A, 1, 0, "FORMERR"],
    ["data of class ANY", RrClass.ANY, RrType.A, 0, 4, "FORMERR"],
    ["a TTL of class NONE", RrClass.NONE, RrType.A, 1, 4, "FORMERR"],
    ["type ANY of class NONE", RrClass.NONE, RrType.ANY, 0, 0, "FORMERR"],
    ["type MAILB of class ANY", RrClass.ANY, RrType.MAILB, 0, 0, "FORMERR"],
    ["an address of three octets", RrClass.IN, RrType.A, 0, 3, "FORMERR"],
    ["a signature", RrClass.IN, RrType.NSEC3PARAM, 0, 5, "REFUSED"],
  ])("finds %s", (...[, rrClass, type, ttl, octets, expected]) => {
    const record = new ResourceRecord(ORIGIN, type, rrClass, ttl, Buffer.alloc(octets));
    expect(scanUpdates(ORIGIN, [record])?.rcode).toBe(Rcode[expected as keyof typeof Rcode]);
  });

  it("looks at all records before any is done", () => {
    expect(outcomeOf(["add new 60 A 192.0.2.7", "delete far.example.net."])).toEqual(["NOTZONE"]);
  });
});

describe("what an update does (RFC 2136 §3.4.2)", () => {
  it.each<[string, string[], string[]]>([
    ["adds a record", ["add new 60 A 192.0.2.7"], ["+ new 60 A 192.0.2.7"]],
    ["adds nothing that is there", ["add www 60 A 192.0.2.1"], []],
    [
      "gives an RRset the TTL that was added last",
      ["add www 90 A 192.0.2.1"],
      [
        "+ www 90 A 192.0.2.1",
        "+ www 90 A 192.0.2.2",
        "- www 60 A 192.0.2.1",
        "- www 60 A 192.0.2.2",
      ],
    ],
    [
      "takes a TTL with the highest bit for zero",
      ["add new 2147483648 A 192.0.2.7"],
      ["+ new 0 A 192.0.2.7"],
    ],
    ["leaves out an alias beside data", ["add www 60 CNAME ns"], []],
    ["leaves out data beside an alias", ["add alias 60 A 192.0.2.7"], []],
    [
      "changes an alias",
      ["add alias 60 CNAME ns"],
      ["+ alias 60 CNAME ns", "- alias 60 CNAME www"],
    ],
    ["changes a DNAME", ["add dn 60 DNAME ns"], ["+ dn 60 DNAME ns", "- dn 60 DNAME elsewhere."]],
    [
      "puts an alias where data was",
      ["delete www", "add www 60 CNAME ns"],
      ["+ www 60 CNAME ns", "- www 60 A 192.0.2.1", "- www 60 A 192.0.2.2", '- www 60 TXT "a"'],
    ],
    ["removes a record", ["delete www A 192.0.2.1"], ["- www 60 A 192.0.2.1"]],
    ["removes an RRset", ["delete www TXT"], ['- www 60 TXT "a"']],
    [
      "removes nothing that is not there",
      ["delete www A 192.0.2.9", "delete nobody", "delete www AAAA"],
      [],
    ],
    ["undoes itself", ["add new 60 A 192.0.2.7", "delete new"], []],
    ["keeps SOA and NS at the apex", ["delete @"], ["- @ 60 MX 10 mail"]],
    ["keeps them by type", ["delete @ NS", "delete @ SOA"], []],
    ["keeps the last server", ["delete @ NS ns", "delete @ NS ns2"], ["- @ 60 NS ns"]],
    ["makes no second SOA", ["add www 60 SOA ns host 9 3600 600 86400 60"], []],
    ["takes no older SOA", ["add @ 60 SOA ns host 6 3600 600 86400 60"], []],
  ])("%s", (_, lines, expected) => {
    expect(changes(...lines)).toEqual(expected.toSorted());
  });

  it("raises the serial number, but not where the update does", () => {
    expect(outcomeOf(["delete www TXT"])).toEqual([...SERIAL, '- www 60 TXT "a"']);
    const explicit = ["add @ 60 SOA ns host 20 3600 600 86400 60", "delete www TXT"];
    expect(outcomeOf(explicit)).toEqual(["+ @ 60 SOA 20", "- @ 60 SOA 7", '- www 60 TXT "a"']);
  });

  it("goes on at 1 behind the last serial number", () => {
    const data = zoneData(
      "$TTL 60\n@ SOA ns host 4294967295 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\n",
    );
    expect(outcomeOf(["add new 60 A 192.0.2.7"], data)).toContain("+ @ 60 SOA 1");
  });

  it("leaves the zone as it was", () => {
    const data = zoneData();
    outcomeOf(["delete www", "add new 60 A 192.0.2.7"], data);
    expect(outcomeOf(["delete www TXT"], data)).toEqual([...SERIAL, '- www 60 TXT "a"']);
  });
});

describe("a message", () => {
  const message = parseUpdate(ORIGIN, [
    "prereq nxrrset www AAAA",
    "add new 60 MX 10 mail",
    "delete www A 192.0.2.1",
    "delete old",
  ]);
  const packet = updatePacket(ORIGIN, message);

  it("is read as it was written", () => {
    expect(JSON.stringify(readUpdate(packet, ORIGIN, 4))).toBe(JSON.stringify(message));
  });

  it("with too many records is not read at all", () => {
    expect(readUpdate(packet, ORIGIN, 3)).toBe("too many");
  });

  it("that is cut anywhere is malformed", () => {
    for (let octets = 12; octets < packet.length; octets++) {
      const cut = Buffer.from(packet.subarray(0, octets));
      expect(readUpdate(cut, Name.parse("example.org."), 4)).toBeUndefined();
    }
  });
});
