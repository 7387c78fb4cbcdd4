import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { Networks, addressOctets } from "./networks.ts";

// Few different octets, so that addresses are often within a network.
const octet = fc.constantFrom(0, 1, 127, 128, 255);
const ipv4 = fc.array(octet, { minLength: 4, maxLength: 4 }).map((octets) => octets.join("."));
const ipv6 = fc
  .array(octet, { minLength: 16, maxLength: 16 })
  .map((octets) => new ipaddr.IPv6(octets).toString())
  .filter((text) => !(ipaddr.parse(text) as ipaddr.IPv6).isIPv4MappedAddress());
const address = fc.oneof(ipv4, ipv6);
const network = fc.oneof(
  address,
  fc.tuple(ipv4, fc.nat(32)).map(([text, length]) => `${text}/${length}`),
  fc.tuple(ipv6, fc.nat(128)).map(([text, length]) => `${text}/${length}`),
);

/** What ipaddr.js says. */
function isWithin(text: string, networks: readonly string[]): boolean {
  const asked = ipaddr.parse(text);
  return networks.some((one) => {
    const [base, length] = one.includes("/")
      ? ipaddr.parseCIDR(one)
      : ([ipaddr.parse(one), one.includes(":") ? 128 : 32] as const);
    return base.kind() === asked.kind() && asked.match([base, length] as never);
  });
}

function has(networks: readonly string[], text: string): boolean {
  return new Networks(networks).has(addressOctets(text) ?? "");
}

describe("networks", () => {
  it("have the addresses that are in one of them", () => {
    fc.assert(
      fc.property(fc.array(network, { maxLength: 8 }), fc.array(address), (networks, addresses) => {
        for (const text of addresses) expect(has(networks, text)).toBe(isWithin(text, networks));
      }),
    );
  });

  it("have IPv4 addresses also within IPv6, either way", () => {
    expect(has(["10.0.0.0/8"], "::ffff:10.1.2.3")).toBe(true);
    expect(has(["::ffff:10.0.0.0/104"], "10.1.2.3")).toBe(true);
    expect(has(["::ffff:10.0.0.0/104"], "11.1.2.3")).toBe(false);
    expect(has(["::/0"], "10.1.2.3")).toBe(false);
    expect(has(["0.0.0.0/0"], "::1")).toBe(false);
  });

  it.each([
    "",
    "a",
    "10.0.0.0/33",
    "10.0.0/8",
    "::1/129",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "1.2.3.4/8/8",
  ])("refuse %j", (text) => {
    expect(() => new Networks([text])).toThrow(SyntaxError);
  });
});
