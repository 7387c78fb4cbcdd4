import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { Nat64Prefix } from "./nat64-prefix.ts";

const octetsOf = (text: string): Buffer => Buffer.from(ipaddr.parse(text).toByteArray());
const textOf = (octets: Uint8Array): string => ipaddr.fromByteArray([...octets]).toString();

describe("a prefix of RFC 6052", () => {
  // Section 2.4.
  it.each([
    ["2001:db8::/32", "2001:db8:c000:221::"],
    ["2001:db8:100::/40", "2001:db8:1c0:2:21::"],
    ["2001:db8:122::/48", "2001:db8:122:c000:2:2100::"],
    ["2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"],
    ["2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"],
    ["2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"],
    ["64:ff9b::/96", "64:ff9b::192.0.2.33"],
  ])("%s makes %s of 192.0.2.33, and that again of it", (prefix, address) => {
    const nat64 = Nat64Prefix.parse(prefix);
    expect(textOf(nat64.embed(octetsOf("192.0.2.33")))).toBe(ipaddr.parse(address).toString());
    expect(textOf(nat64.extract(octetsOf(address)) as Buffer)).toBe("192.0.2.33");
  });

  it("loses no address, and finds none where there is none", () => {
    const prefixes = ["2001:db8::/32", "2001:db8:1::/56", "64:ff9b::/96"].map((text) =>
      Nat64Prefix.parse(text),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...prefixes),
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.nat(3),
        fc.integer({ min: 1, max: 255 }),
        (prefix, ipv4, at, change) => {
          const ipv6 = prefix.embed(ipv4);
          expect(prefix.extract(ipv6)).toEqual(Buffer.from(ipv4));
          for (const octet of [at, 8]) {
            const other = Buffer.from(ipv6);
            other[octet] = (other[octet] as number) ^ change;
            expect(prefix.extract(other)).toBeUndefined();
          }
        },
      ),
    );
  });

  it("leaves out what is behind it", () => {
    expect(Nat64Prefix.parse("64:ff9b::7/96").toString()).toBe("64:ff9b::/96");
    expect(Nat64Prefix.parse("2001:db8:122:344:ff00::/96").isReservedZero).toBe(false);
  });

  it.each(["64:ff9b::/97", "64:ff9b::/72", "10.0.0.0/32", "64:ff9b::", "foobar", "fe80::%1/96"])(
    "is not %s",
    (text) => {
      expect(() => Nat64Prefix.parse(text)).toThrow(RangeError);
    },
  );
});
