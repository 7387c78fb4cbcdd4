import { describe, expect, it } from "vitest";
import { holds, parseNetwork } from "./network.ts";

describe("a network", () => {
  it.each([
    ["10.0.0.0/8", "10.0.0.0/8", true],
    ["10.1.2.3/8", "10.0.0.0/8", false],
    ["10.1.255.0/18", "10.1.192.0/18", false],
    ["0.0.0.0/0", "0.0.0.0/0", true],
    ["2001:db8::/32", "2001:db8::/32", true],
    ["2001:db8:8::1/33", "2001:db8::/33", false],
  ])("%s is %s", (text, network, isExact) => {
    expect(parseNetwork(text)).toMatchObject({ text: network, isExact });
  });

  it.each(["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "a/8", "10.0.0.0/8/8", "fe80::1%eth0/64", "/8"])(
    "is none: %s",
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
    },
  );

  it.each([
    ["10.0.0.0/8", "10.2.0.0/16", true],
    ["10.2.0.0/16", "10.0.0.0/8", false],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["0.0.0.0/0", "192.0.2.1", true],
    ["::/0", "192.0.2.1", false],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
  ])("%s holds %s: %s", (one, other, expected) => {
    const [a, b] = [parseNetwork(one, true), parseNetwork(other, true)];
    expect(a && b && holds(a, b)).toBe(expected);
  });
});
