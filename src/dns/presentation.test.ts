import { describe, expect, it } from "vitest";
import { Name } from "./name.ts";
import { formatRecord, parseRecord } from "./presentation.ts";
import { ResourceRecord } from "./resource-record.ts";

const origin = Name.parse("example.org");

describe("a record in presentation format", () => {
  it.each([
    "www.example.org. 300 IN A 192.0.2.1",
    "example.org. 0 IN SOA ns1.example.org. root.example.org. 2026112301 7200 3600 1209600 120",
    'version.bind. 0 CH TXT "portolan"',
    'svcb.example.org. 30 IN HTTPS 1 . alpn="h2,h3" ipv4hint="192.0.2.80"',
    "raw.example.org. 2147483647 IN TYPE65534 \\# 4 0a000001",
    "a\\.b.example.org. 1 CLASS32 TYPE731 \\# 0",
    '*.Wild.example.org. 60 IN TXT "a" "" "\\"\\\\\\007"',
    ". 518400 IN NS a.root-servers.net.",
  ])("is written as it was read: %s", (line) => {
    expect(formatRecord(parseRecord(line))).toBe(line);
  });

  it.each([
    ["www A 192.0.2.1", "www.example.org. 3600 IN A 192.0.2.1"],
    ["@ MX 10 mail", "example.org. 3600 IN MX 10 mail.example.org."],
    ["www IN 60 A 192.0.2.1", "www.example.org. 60 IN A 192.0.2.1"],
    ["www 1h in a 192.0.2.1 ; one", "www.example.org. 3600 IN A 192.0.2.1"],
    ["www CLASS3 A (\n192.0.2.1 )", "www.example.org. 3600 CH A 192.0.2.1"],
    ["TXT. TXT TXT", 'TXT. 3600 IN TXT "TXT"'],
    ["www TYPE1 192.0.2.1", "www.example.org. 3600 IN A 192.0.2.1"],
    ["www TYPE1 \\# 4 c0000201", "www.example.org. 3600 IN A 192.0.2.1"],
  ])("is completed from what is known: %s", (line, whole) => {
    expect(formatRecord(parseRecord(line, { origin, ttlSeconds: 3600 }))).toBe(whole);
  });

  it("takes the class it is told where it has none", () => {
    expect(parseRecord("a. 0 TXT x", { class: 3 }).class).toBe(3);
    expect(parseRecord("a. 0 IN TXT x", { class: 3 }).class).toBe(1);
  });

  it.each([
    "",
    "; nothing",
    "www",
    "www 60 IN",
    "www.example.org. A 192.0.2.1",
    "www 60 60 IN A 192.0.2.1",
    "www 60 IN CH A 192.0.2.1",
    "www 2147483648 IN A 192.0.2.1",
    "www 60 IN NOSUCH x",
    "www 60 IN A 192.0.2.1 192.0.2.2",
    "a 60 IN A 192.0.2.1\nb 60 IN A 192.0.2.1",
    "@ 60 IN A 192.0.2.1",
    'www 60 IN TXT "open',
  ])("is refused: %j", (line) => {
    expect(() => parseRecord(line)).toThrow(SyntaxError);
  });

  it("says what it expected and what it found", () => {
    expect(() => parseRecord("www 60 IN A 192.0.2")).toThrow(
      'Cannot parse record: expected an IPv4 address, found "192.0.2"',
    );
    expect(() => parseRecord("www 60 IN MX 10")).toThrow(
      "Cannot parse record: expected a name, found its end",
    );
  });

  it("is written even if its octets are not what the type asks for", () => {
    const broken = new ResourceRecord(Name.root, 1, 1, 5, Buffer.from([1, 2, 3]));
    expect(formatRecord(broken)).toBe(". 5 IN A \\# 3 010203");
  });
});
