import { expect, test } from "vitest";
import { formatRcode } from "../dns/iana/rcode.ts";
import { parseRrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { formatRecord } from "../dns/presentation.ts";
import { parseZoneText } from "./file/zone-text.ts";
import { lookUp } from "./lookup.ts";
import { ZoneData } from "./zone-data.ts";

const ORIGIN = Name.parse("example.");

const ZONE = `
$TTL 300
@ 600 SOA ns1 host 1 7200 3600 1209600 120
@ NS ns1
ns1 A 192.0.2.53
www A 192.0.2.1
www TXT "a"
alias CNAME www
far CNAME www.elsewhere.
one CNAME two
two CNAME one
dangling CNAME nothing
a.b.ent A 192.0.2.2
*.wild A 192.0.2.3
*.wild MX 1 www
*.wild-alias CNAME www
x.y.wild A 192.0.2.4
sub NS ns.sub
sub NS ns1
sub NS ns.other.
ns.sub A 192.0.2.5
sub DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000
into CNAME host.sub
moved DNAME target.example.
moved A 192.0.2.6
deeper DNAME x.deeper
there DNAME back
back DNAME there
host.target A 192.0.2.7
mail MX 10 www
`;

function zoneOf(text: string): ZoneData {
  const data = new ZoneData(ORIGIN);
  for (const record of parseZoneText(text, { origin: ORIGIN, file: "test" })) data.add(record);
  return data;
}

const data = zoneOf(ZONE);

function asked(question: string): unknown {
  const [name = "", type = "A"] = question.split(" ");
  const qname = Name.parse(name);
  const reply = lookUp(data, { qname, qtype: parseRrType(type) ?? 0, dnssecOk: false });
  const texts = (records: typeof reply.answer): string[] =>
    records.map((one) =>
      formatRecord(one)
        .replace(/ IN /, " ")
        .replaceAll(".example.", "")
        .replaceAll(/ (?=\w+\.? )/g, " "),
    );
  return [
    `${formatRcode(reply.rcode)}${reply.isAuthoritative ? " AA" : ""}`,
    texts(reply.answer),
    texts(reply.authority),
    texts(reply.additional),
    ...(reply.target ? [reply.target.toString()] : []),
  ];
}

const APEX = ["example. 300 NS ns1"];
const SOA = ["example. 120 SOA ns1 host 1 7200 3600 1209600 120"];

test.each([
  ["a name that is there", "www.example. A", ["NOERROR AA", ["www 300 A 192.0.2.1"], APEX, []]],
  ["a type that is not there", "www.example. MX", ["NOERROR AA", [], SOA, []]],
  ["an empty non-terminal", "b.ent.example. A", ["NOERROR AA", [], SOA, []]],
  ["no such name", "nothing.example. A", ["NXDOMAIN AA", [], SOA, []]],
  ["the apex", "example. NS", ["NOERROR AA", APEX, [], ["ns1 300 A 192.0.2.53"]]],
  [
    "an alias",
    "alias.example. A",
    ["NOERROR AA", ["alias 300 CNAME www", "www 300 A 192.0.2.1"], APEX, []],
  ],
  ["an alias itself", "alias.example. CNAME", ["NOERROR AA", ["alias 300 CNAME www"], APEX, []]],
  ["an alias to no type", "alias.example. MX", ["NOERROR AA", ["alias 300 CNAME www"], SOA, []]],
  [
    "an alias to nothing",
    "dangling.example. A",
    ["NXDOMAIN AA", ["dangling 300 CNAME nothing"], SOA, []],
  ],
  [
    "an alias out of the zone",
    "far.example. A",
    ["NOERROR AA", ["far 300 CNAME www.elsewhere."], [], [], "www.elsewhere."],
  ],
  [
    "a circle of aliases",
    "one.example. A",
    ["NOERROR AA", ["one 300 CNAME two", "two 300 CNAME one"], APEX, []],
  ],
  ["a wildcard", "q.wild.example. A", ["NOERROR AA", ["q.wild 300 A 192.0.2.3"], APEX, []]],
  [
    "labels below a wildcard's",
    "p.q.wild.example. A",
    ["NOERROR AA", ["p.q.wild 300 A 192.0.2.3"], APEX, []],
  ],
  ["a wildcard without the type", "q.wild.example. TXT", ["NOERROR AA", [], SOA, []]],
  [
    "a name that an empty one keeps from the wildcard",
    "q.y.wild.example. A",
    ["NXDOMAIN AA", [], SOA, []],
  ],
  ["an empty name beside a wildcard", "y.wild.example. A", ["NOERROR AA", [], SOA, []]],
  [
    "the wildcard's own name",
    "*.wild.example. A",
    ["NOERROR AA", ["*.wild 300 A 192.0.2.3"], APEX, []],
  ],
  [
    "a wildcard that is an alias",
    "q.wild-alias.example. A",
    ["NOERROR AA", ["q.wild-alias 300 CNAME www", "www 300 A 192.0.2.1"], APEX, []],
  ],
  [
    "a name below a cut, with glue from below it and beside it",
    "host.sub.example. A",
    [
      "NOERROR",
      [],
      ["sub 300 NS ns.sub", "sub 300 NS ns1", "sub 300 NS ns.other."],
      ["ns.sub 300 A 192.0.2.5", "ns1 300 A 192.0.2.53"],
    ],
  ],
  [
    "DS at a cut, which is this zone's",
    "sub.example. DS",
    ["NOERROR AA", [`sub 300 DS 1 13 2 ${"0".repeat(64)}`], APEX, []],
  ],
  [
    "an alias into a zone below",
    "into.example. A",
    [
      "NOERROR AA",
      ["into 300 CNAME host.sub"],
      ["sub 300 NS ns.sub", "sub 300 NS ns1", "sub 300 NS ns.other."],
      ["ns.sub 300 A 192.0.2.5", "ns1 300 A 192.0.2.53"],
    ],
  ],
  [
    "a name below a DNAME",
    "host.moved.example. A",
    [
      "NOERROR AA",
      ["moved 300 DNAME target", "host.moved 300 CNAME host.target", "host.target 300 A 192.0.2.7"],
      APEX,
      [],
    ],
  ],
  [
    "a name that a DNAME makes longer each time",
    "host.deeper.example. A",
    ["NOERROR AA", ["deeper 300 DNAME x.deeper", "host.deeper 300 CNAME host.x.deeper"], APEX, []],
  ],
  [
    "a circle of DNAME records, each of which is said once",
    "host.there.example. A",
    [
      "NOERROR AA",
      [
        "there 300 DNAME back",
        "host.there 300 CNAME host.back",
        "back 300 DNAME there",
        "host.back 300 CNAME host.there",
      ],
      APEX,
      [],
    ],
  ],
  ["the owner of a DNAME", "moved.example. A", ["NOERROR AA", ["moved 300 A 192.0.2.6"], APEX, []]],
  [
    "an MX, with its host's address",
    "mail.example. MX",
    ["NOERROR AA", ["mail 300 MX 10 www"], APEX, ["www 300 A 192.0.2.1"]],
  ],
  ["any type", "www.example. ANY", ["NOERROR AA", ["www 300 A 192.0.2.1"], APEX, []]],
])("%s: %s", (_, question, expected) => {
  expect(asked(question)).toEqual(expected);
});

test("a name that DNAME makes too long is YXDOMAIN", () => {
  const long = `${"a".repeat(60)}.`.repeat(3);
  const zone = zoneOf(`@ 1 SOA . . 1 1 1 1 1\n@ 1 NS .\nd 1 DNAME ${long}example.\n`);
  const qname = Name.parse(`${long}d.example.`);
  expect(formatRcode(lookUp(zone, { qname, qtype: 1, dnssecOk: false }).rcode)).toBe("YXDOMAIN");
});
