import { describe, expect, test } from "vitest";
import { parseServerKeys } from "./server-key.ts";

function read(text: string): string[] {
  const keys = parseServerKeys({ file: "Corefile", line: 7, text, quoted: false });
  return keys.map(({ scheme, zone, port }) => `${scheme} ${zone} ${port ?? "-"}`);
}

/** Matches the CorefileError with this message. */
function refusal(message: string): unknown {
  return expect.objectContaining({ name: "CorefileError", message });
}

describe("a server key", () => {
  const label63 = "a".repeat(63);
  test.each([
    [".", "dns . -"],
    ["", "dns . -"],
    [".:1053", "dns . 1053"],
    [".:0", "dns . 0"],
    ["example.org", "dns example.org. -"],
    ["Example.ORG.:53", "dns example.org. 53"],
    ["dns://example.org", "dns example.org. -"],
    ["TLS://example.org:8853", "tls example.org. 8853"],
    ["https://.", "https . -"],
    ["https3://.", "https3 . -"],
    ["quic://.:853", "quic . 853"],
    ["grpc://", "grpc . -"],
    ["0/25.2.0.192.in-addr.arpa", "dns 0/25.2.0.192.in-addr.arpa. -"],
    ["a\\.b.example", "dns a\\.b.example. -"],
    ["a\\.", "dns a\\.. -"],
    ["\\065.example", "dns a.example. -"],
    ["a\\:1", "dns a:1. -"],
    ["_tcp.example", "dns _tcp.example. -"],
    ["10.0.0.1", "dns 10.0.0.1. -"],
    [`${label63}.org`, `dns ${label63}.org. -`],
  ])("%j is %j", (text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  test.each([
    [
      "[::1]:53",
      'Bad zone "[::1]:53": this is an address; use "bind" to listen on one, ADDRESS/BITS for a reverse zone',
    ],
    [
      "2001:db8::1",
      'Bad zone "2001:db8::1": this is an address; use "bind" to listen on one, ADDRESS/BITS for a reverse zone',
    ],
    [
      "htps://.",
      'Unknown scheme "htps" in "htps://.", expected dns://, tls://, https://, https3://, quic://, grpc://: did you mean "https"?',
    ],
    [":53", 'Bad zone ":53": no name before the port; "." is the root'],
    ["dns://:53", 'Bad zone "dns://:53": no name before the port; "." is the root'],
    [".:65536", 'Bad port "65536" in ".:65536": not a number from 0 to 65535'],
    [".:-1", 'Bad port "-1" in ".:-1": not a number from 0 to 65535'],
    ["a:", 'Bad port "" in "a:": not a number from 0 to 65535'],
    [
      "10.0.0.0/33",
      'Bad CIDR "10.0.0.0/33": expected ADDRESS/BITS such as 10.0.0.0/8 or 2001:db8::/32',
    ],
    ["10.0.0/8", 'Bad CIDR "10.0.0/8": expected ADDRESS/BITS such as 10.0.0.0/8 or 2001:db8::/32'],
    [
      "10.0.0.0/x",
      'Bad CIDR "10.0.0.0/x": expected ADDRESS/BITS such as 10.0.0.0/8 or 2001:db8::/32',
    ],
    [
      "2001:db8::/129",
      'Bad CIDR "2001:db8::/129": expected ADDRESS/BITS such as 10.0.0.0/8 or 2001:db8::/32',
    ],
    [
      "fe80::1%eth0/64",
      'Bad CIDR "fe80::1%eth0/64": expected ADDRESS/BITS such as 10.0.0.0/8 or 2001:db8::/32',
    ],
    [".{", 'Bad zone ".{": contains "{"; put a space beside "{"'],
    ["a,b", 'Bad zone "a,b": contains ","; put a space beside ","'],
    ["münchen.de", 'Bad zone "münchen.de": not ASCII; write it as "xn--mnchen-3ya.de"'],
    ["a..b", 'Bad zone: Cannot parse name "a..b.": empty label'],
    [".a", 'Bad zone: Cannot parse name ".a.": empty label'],
    [
      `${"a".repeat(64)}.org`,
      `Bad zone: Cannot parse name "${"a".repeat(64)}.org.": label of more than 63 octets`,
    ],
    [
      "a.".repeat(128),
      `Bad zone: Cannot parse name "${"a.".repeat(128)}": name of more than 255 octets`,
    ],
  ])("%j is refused", (text, expected) => {
    expect(() => read(text)).toThrow(refusal(`Corefile:7: ${expected}`));
  });
});

function range(from: number, to: number, radix = 10): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => (from + i).toString(radix));
}

describe("a CIDR stands for reverse zones", () => {
  test.each([
    ["10.0.0.0/8", ["10.in-addr.arpa."]],
    ["192.0.2.0/24", ["2.0.192.in-addr.arpa."]],
    ["192.0.2.77/24", ["2.0.192.in-addr.arpa."]],
    ["192.0.2.1/32", ["1.2.0.192.in-addr.arpa."]],
    ["0.0.0.0/0", ["in-addr.arpa."]],
    ["10.0.0.0/15", ["0.10.in-addr.arpa.", "1.10.in-addr.arpa."]],
    ["192.168.1.1/23", ["0.168.192.in-addr.arpa.", "1.168.192.in-addr.arpa."]],
    ["10.129.62.0/22", range(60, 63).map((octet) => `${octet}.129.10.in-addr.arpa.`)],
    ["10.0.0.0/25", range(0, 127).map((octet) => `${octet}.0.0.10.in-addr.arpa.`)],
    ["10.0.0.200/25", range(128, 255).map((octet) => `${octet}.0.0.10.in-addr.arpa.`)],
    ["2001:db8::/32", ["8.b.d.0.1.0.0.2.ip6.arpa."]],
    ["2001:DB8::/33", range(0, 7).map((nibble) => `${nibble}.8.b.d.0.1.0.0.2.ip6.arpa.`)],
    ["2001:db8::/31", ["8.b.d.0.1.0.0.2.ip6.arpa.", "9.b.d.0.1.0.0.2.ip6.arpa."]],
    [
      "fd00:0:0:f800::/53",
      range(8, 15, 16).map((nibble) => `${nibble}.f.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa.`),
    ],
    ["::/0", ["ip6.arpa."]],
    ["::1/128", [`1.${"0.".repeat(31)}ip6.arpa.`]],
  ])("%s", (cidr, zones) => {
    expect(read(cidr)).toEqual(zones.map((zone) => `dns ${zone} -`));
    expect(read(`tls://${cidr}:853`)).toEqual(zones.map((zone) => `tls ${zone} 853`));
  });
});
