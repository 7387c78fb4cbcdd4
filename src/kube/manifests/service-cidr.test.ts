import { describe, expect, it } from "vitest";
import { parseServiceCidr } from "./service-cidr.ts";

describe("a service CIDR", () => {
  it.each([
    ["10.96.0.0/12", "IPv4", "10.96.0.1"],
    ["10.97.3.4/12", "IPv4", "10.96.0.1"],
    ["192.0.2.128/29", "IPv4", "192.0.2.129"],
    ["fd00:10:96::/108", "IPv6", "fd00:10:96::1"],
    ["fd00:10:96::ffff/64", "IPv6", "fd00:10:96::1"],
  ])("%s is of %s and begins with %s", (text, family, first) => {
    const cidr = parseServiceCidr(text);
    expect([cidr.family, cidr.first]).toEqual([family, first]);
  });

  it("offers each of its addresses once, but not the first, the network's or the broadcast's", () => {
    const offered = [...parseServiceCidr("192.0.2.128/29").candidates("a")];
    const expected = [130, 131, 132, 133, 134].map((octet) => `192.0.2.${octet}`);
    expect(offered.toSorted()).toEqual(expected);
  });

  it("offers addresses above those for choices by hand first, and those last", () => {
    const offered = [...parseServiceCidr("10.0.0.0/24").candidates("a")];
    expect(offered).toHaveLength(253);
    expect(new Set(offered)).toHaveProperty("size", 253);
    const byHand = Array.from({ length: 15 }, (_, i) => `10.0.0.${i + 2}`);
    expect(offered.slice(-15)).toEqual(byHand);
  });

  it("offers addresses across octets", () => {
    const offered = new Set(parseServiceCidr("fd00::/116").candidates("a"));
    expect(offered.size).toBe(4_094);
    expect(offered.has("fd00::2") && offered.has("fd00::fff")).toBe(true);
    expect(offered.has("fd00::1000")).toBe(false);
  });

  it("offers other keys other addresses first", () => {
    const cidr = parseServiceCidr("10.96.0.0/12");
    const firsts = ["a", "b", "c", "d"].map((key) => cidr.candidates(key).next().value);
    expect(new Set(firsts).size).toBe(4);
  });

  it.each([
    ["10.96.0.0", "is not ADDRESS/LENGTH"],
    ["10.96.0.0/33", "is not ADDRESS/LENGTH"],
    ["10.96/12", "the address has not four decimal parts"],
    ["fd00::%1/64", "is not ADDRESS/LENGTH"],
    ["10.96.0.0/30", "has fewer than 8 addresses"],
    ["fd00::/126", "has fewer than 8 addresses"],
    ["text/12", "is not ADDRESS/LENGTH"],
  ])("%s cannot be parsed: %s", (text, reason) => {
    expect(() => parseServiceCidr(text)).toThrow(
      new SyntaxError(`Cannot parse service CIDR "${text}": ${reason}`),
    );
  });
});
