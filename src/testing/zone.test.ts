import { describe, expect, it } from "vitest";
import { formatRecord } from "../dns/presentation.ts";
import { parseRrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { parseZoneFile } from "../dns/zone-file.ts";
import { sections } from "./query.ts";
import { TestZone } from "./zone.ts";

const ZONE = `
$ORIGIN example.net.
$TTL 300
@        IN SOA ns1 hostmaster 7 7200 3600 1209600 120
         IN NS  ns1
         IN MX  10 mail
ns1      IN A   192.0.2.53
mail     IN A   192.0.2.25
www      IN CNAME mail
loop1    IN CNAME loop2
loop2    IN CNAME loop1
dangling IN CNAME nowhere
tosub    IN CNAME x.sub
*.wild   IN A   192.0.2.200
real.wild IN A  192.0.2.201
a.b.ent  IN A   192.0.2.77
sub      IN NS  ns.sub
ns.sub   IN A   192.0.2.111
`;

const SOA =
  "example.net. 300 IN SOA ns1.example.net. hostmaster.example.net. 7 7200 3600 1209600 120";
const NS = "example.net. 300 IN NS ns1.example.net.";
const SUB_NS = "sub.example.net. 300 IN NS ns.sub.example.net.";

const zone = new TestZone(parseZoneFile(ZONE, { origin: Name.root, file: "zone" }));

interface Expected {
  readonly rcode?: string;
  readonly flags?: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
}

const cases: Record<string, Expected> = {
  "mail.example.net. A": { answer: ["mail.example.net. 300 IN A 192.0.2.25"], authority: [NS] },
  "example.net. NS": { answer: [NS], additional: ["ns1.example.net. 300 IN A 192.0.2.53"] },
  "example.net. MX": {
    answer: ["example.net. 300 IN MX 10 mail.example.net."],
    authority: [NS],
    additional: ["mail.example.net. 300 IN A 192.0.2.25"],
  },
  "example.net. A": { authority: [SOA] },
  "WWW.example.net. A": {
    answer: [
      "www.example.net. 300 IN CNAME mail.example.net.",
      "mail.example.net. 300 IN A 192.0.2.25",
    ],
    authority: [NS],
  },
  "loop1.example.net. A": {
    answer: [
      "loop1.example.net. 300 IN CNAME loop2.example.net.",
      "loop2.example.net. 300 IN CNAME loop1.example.net.",
    ],
    authority: [NS],
  },
  "dangling.example.net. A": {
    rcode: "NXDOMAIN",
    answer: ["dangling.example.net. 300 IN CNAME nowhere.example.net."],
    authority: [SOA],
  },
  "tosub.example.net. A": {
    answer: ["tosub.example.net. 300 IN CNAME x.sub.example.net."],
    authority: [SUB_NS],
    additional: ["ns.sub.example.net. 300 IN A 192.0.2.111"],
  },
  "y.x.wild.example.net. A": {
    answer: ["y.x.wild.example.net. 300 IN A 192.0.2.200"],
    authority: [NS],
  },
  "y.real.wild.example.net. A": { rcode: "NXDOMAIN", authority: [SOA] },
  "x.wild.example.net. TXT": { authority: [SOA] },
  "b.ent.example.net. A": { authority: [SOA] },
  "ent.example.net. A": { authority: [SOA] },
  "nowhere.example.net. A": { rcode: "NXDOMAIN", authority: [SOA] },
  "deep.sub.example.net. A": {
    flags: "",
    authority: [SUB_NS],
    additional: ["ns.sub.example.net. 300 IN A 192.0.2.111"],
  },
  "sub.example.net. DS": { authority: [SOA] },
  "example.net. AXFR": { rcode: "REFUSED", flags: "" },
};

describe("a test zone", () => {
  it.each(Object.entries(cases))(
    "answers %s as CoreDNS's file plugin does",
    (question, expected) => {
      const [qname = "", qtype = ""] = question.split(" ");
      const reply = zone.reply(Name.parse(qname), parseRrType(qtype) ?? 0);
      expect(sections(reply)).toEqual({
        rcode: "NOERROR",
        flags: "AA",
        answer: [],
        authority: [],
        additional: [],
        ...expected,
      });
    },
  );

  it("wants a SOA record, and only names below it", () => {
    const records = parseZoneFile(ZONE, { origin: Name.root, file: "zone" });
    expect(() => new TestZone(records.slice(1))).toThrow("no SOA record");
    const stranger = records.slice(0, 1).map((soa) => soa.withOwner(Name.parse("other.example.")));
    const outside = (): TestZone => new TestZone([...records, ...stranger]);
    expect(outside).toThrow("not in it");
  });

  it("keeps records as they were read", () => {
    const reply = zone.reply(Name.parse("example.net."), parseRrType("SOA") ?? 0);
    expect(reply.answer.map(formatRecord)).toEqual([SOA]);
  });
});
