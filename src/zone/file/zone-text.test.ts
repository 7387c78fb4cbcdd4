import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { formatRecord } from "../../dns/presentation.ts";
import { ZoneFileError } from "./zone-file-error.ts";
import { parseZoneText } from "./zone-text.ts";

function read(text: string): string[] {
  const origin = Name.parse("example.net");
  return parseZoneText(text, { origin, file: "db.example" }).map(formatRecord);
}

describe("a zone file", () => {
  it("is read with all that RFC 1035 has", () => {
    const text = String.raw`; the zone of a harbour
$ORIGIN example.net.
$TTL 300
@       IN SOA ns1 hostmaster (
            2026112301 ; serial
            2h 1h 2w   ; refresh, retry, expire
            120 )
        IN NS  ns1
        IN TXT "v=spf1 -all" "second string"
        IN CAA 0 issue "ca.example.net"
ns1     IN A   192.0.2.53
        IN AAAA 2001:db8::53
lb      60 IN A 203.0.113.99
www     IN CNAME db
*.wild  IN A   192.0.2.200

_sip._tcp IN SRV 10 60 5060 sip1
$ORIGIN sub.example.net.
@       IN NS ns
ns.sub.example.net. A 192.0.2.111
svcb    IN HTTPS 1 . alpn="h2,h3" ipv4hint="192.0.2.80"
raw     IN TYPE65534 \# 4 0A000001
$ORIGIN deep
a       IN PTR b
`;
    expect(read(text)).toEqual([
      "example.net. 300 IN SOA ns1.example.net. hostmaster.example.net. 2026112301 7200 3600 1209600 120",
      "example.net. 300 IN NS ns1.example.net.",
      'example.net. 300 IN TXT "v=spf1 -all" "second string"',
      'example.net. 300 IN CAA 0 issue "ca.example.net"',
      "ns1.example.net. 300 IN A 192.0.2.53",
      "ns1.example.net. 300 IN AAAA 2001:db8::53",
      "lb.example.net. 60 IN A 203.0.113.99",
      "www.example.net. 300 IN CNAME db.example.net.",
      "*.wild.example.net. 300 IN A 192.0.2.200",
      "_sip._tcp.example.net. 300 IN SRV 10 60 5060 sip1.example.net.",
      "sub.example.net. 300 IN NS ns.sub.example.net.",
      "ns.sub.example.net. 300 IN A 192.0.2.111",
      'svcb.sub.example.net. 300 IN HTTPS 1 . alpn="h2,h3" ipv4hint="192.0.2.80"',
      "raw.sub.example.net. 300 IN TYPE65534 \\# 4 0a000001",
      "a.deep.sub.example.net. 300 IN PTR b.deep.sub.example.net.",
    ]);
  });

  it("repeats the owner under the origin of then, and the class", () => {
    expect(read("a 1 CH TXT x\n$ORIGIN other.\n 2 TXT y")).toEqual([
      'a.example.net. 1 CH TXT "x"',
      'a.example.net. 2 CH TXT "y"',
    ]);
  });

  it("repeats the last TTL where there is no $TTL, and prefers $TTL where there is", () => {
    expect(read("a 7 A 192.0.2.1\nb A 192.0.2.2")).toEqual([
      "a.example.net. 7 IN A 192.0.2.1",
      "b.example.net. 7 IN A 192.0.2.2",
    ]);
    expect(read("$TTL 1h\na 7 A 192.0.2.1\nb A 192.0.2.2")).toEqual([
      "a.example.net. 7 IN A 192.0.2.1",
      "b.example.net. 3600 IN A 192.0.2.2",
    ]);
  });

  it("takes the first TTL from the SOA's last number if nothing else says it", () => {
    expect(read("@ SOA ns root 1 2 3 4 60\nb A 192.0.2.2")).toEqual([
      "example.net. 60 IN SOA ns.example.net. root.example.net. 1 2 3 4 60",
      "b.example.net. 60 IN A 192.0.2.2",
    ]);
  });

  it("may have Windows line ends, and an owner that begins with a dollar in escape", () => {
    expect(read("a 1 A 192.0.2.1\r\n  2 A 192.0.2.2\r\n\\$TTL 1 A 192.0.2.3")).toEqual([
      "a.example.net. 1 IN A 192.0.2.1",
      "a.example.net. 2 IN A 192.0.2.2",
      "\\$TTL.example.net. 1 IN A 192.0.2.3",
    ]);
  });

  it.each([
    [
      "a 1 A 192.0.2.1\nb 1 A x",
      'db.example:2:7: Cannot parse record: expected an IPv4 address, found "x"',
    ],
    [
      "a 1 SOA a b (\n1\n2\nx )",
      'db.example:4:1: Cannot parse record: expected a number of seconds, found "x"',
    ],
    ["\n\na A 192.0.2.1", "db.example:3:5: Cannot read zone: no TTL here, before, or by $TTL"],
    [" 1 A 192.0.2.1", "db.example:1:2: Cannot read zone: the first record has no owner"],
    ["$INCLUDE other", "db.example:1:10: Cannot read zone: $INCLUDE is not for a text"],
    [
      "$generate 2-1 a A 192.0.2.$",
      'db.example:1:11: Cannot parse record: expected a range START-STOP[/STEP], found "2-1"',
    ],
    [
      "$GENERATE 1-2000000 a A 192.0.2.1",
      "db.example:1:11: Cannot read zone: $GENERATE makes over 1000000 records",
    ],
    [
      "$GENERATE 1-2 a-${x} A 192.0.2.1",
      'db.example:1:24: Cannot read zone: "${x}" is no OFFSET,WIDTH,BASE',
    ],
    ["$NOSUCH x", 'db.example:1:1: Cannot read zone: unknown directive "$NOSUCH"'],
    ["$TTL", "db.example:1:1: Cannot parse record: expected a TTL, found its end"],
    ["$TTL 1 2", 'db.example:1:8: Cannot parse record: expected the end of the line, found "2"'],
    [
      "$TTL 4294967296",
      'db.example:1:6: Cannot parse record: expected a TTL from 0 to 2147483647 seconds, found "4294967296"',
    ],
    ["$ORIGIN a..b", 'db.example:1:9: Cannot parse name "a..b": empty label'],
    ['a 1 TXT "x\nb 1 TXT y', "db.example:1:9: Cannot read line: quote is not closed"],
    ["a 1 TXT (\nx\ny", 'db.example:1:9: Cannot read line: "(" without ")"'],
    [
      `${"x".repeat(60)}.${"y".repeat(60)}.${"z".repeat(60)}.${"w".repeat(60)} 1 A 192.0.2.1`,
      /too long with origin "example\.net\."$/,
    ],
  ])("is refused by file and line: %j", (text, message) => {
    expect(() => read(text)).toThrow(ZoneFileError);
    expect(() => read(text)).toThrow(message);
  });

  it("without origin takes names as absolute, but not @", () => {
    const [record] = parseZoneText("a 1 A 192.0.2.1", { file: "db" });
    expect(record && formatRecord(record)).toBe("a. 1 IN A 192.0.2.1");
    expect(() => parseZoneText("@ 1 A 192.0.2.1", { file: "db" })).toThrow("no origin is known");
  });
});
