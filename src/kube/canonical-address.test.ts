import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalAddress } from "./canonical-address.ts";
import { parseIpAddress } from "./ip-address.ts";

/** Addresses with many zeros, and texts that are nearly addresses. */
const group = fc.constantFrom("0", "0", "0", "1", "ffff", "a0", "00", "01", "", "g", "A", "12345");
const ipv6 = fc.array(group, { minLength: 1, maxLength: 10 }).map((groups) => groups.join(":"));
const octet = fc.constantFrom("0", "1", "10", "99", "255", "256", "01", "00", "", "a");
const ipv4 = fc.array(octet, { minLength: 3, maxLength: 5 }).map((octets) => octets.join("."));
const mixed = fc.tuple(ipv6, ipv4).map(([a, b]) => `${a}:${b}`);
const text = fc.oneof(ipv6, ipv4, mixed, fc.ipV4(), fc.ipV6(), fc.string());

describe("a canonical address", () => {
  it("is what parsing says of any text", () => {
    const property = fc.property(text, (given) => {
      expect(canonicalAddress(given)).toBe(parseIpAddress(given)?.text);
    });
    fc.assert(property, { numRuns: 3000 });
  });

  it.each([
    ["::1", "::1"],
    ["::", "::"],
    ["FD00::1", "fd00::1"],
    ["fd00:0:0:1::", "fd00:0:0:1::"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::ffff:a00:1", "10.0.0.1"],
    ["10.0.0.01", undefined],
    ["10.0.0", undefined],
    ["fe80::1%eth0", undefined],
  ])("of %s is %s", (given, expected) => {
    expect(canonicalAddress(given)).toBe(expected);
  });
});
