import { isIPv4, isIPv6 } from "node:net";
import { assert, ipV6, oneof, property, string, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./ip-address.ts";

describe("IPv6 addresses", () => {
  it.each([
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["2001:0DB8::0001", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["1::", "1::"],
    ["::1", "::1"],
    ["::192.0.2.1", "::c000:201"],
    ["::FFFF:192.0.2.1", "::ffff:192.0.2.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ])("%s is written as RFC 5952 asks: %s", (text, canonical) => {
    expect(formatIpv6(parseIpv6(text) ?? Buffer.alloc(0))).toBe(canonical);
  });

  it("go to text and back", () => {
    assert(
      property(uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
        const text = formatIpv6(octets);
        expect(isIPv6(text)).toBe(true);
        expect(parseIpv6(text)).toEqual(Buffer.from(octets));
      }),
    );
  });

  it("are read wherever the operating system would read them, zones excepted", () => {
    assert(
      property(oneof(ipV6(), string()), (text) => {
        expect(parseIpv6(text) !== undefined).toBe(isIPv6(text) && !text.includes("%"));
      }),
    );
  });
});

describe("IPv4 addresses", () => {
  it("go to text and back", () => {
    assert(
      property(uint8Array({ minLength: 4, maxLength: 4 }), (octets) => {
        const text = formatIpv4(octets);
        expect(isIPv4(text)).toBe(true);
        expect(parseIpv4(text)).toEqual(Buffer.from(octets));
      }),
    );
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.4.",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.256",
    "1..2.3",
    "0x1.2.3.4",
    " 1.2.3.4",
  ])("do not include %s", (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  });
});
