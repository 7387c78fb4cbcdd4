import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase32Hex, encodeBase32Hex } from "./base32hex.ts";

describe("base32hex", () => {
  it.each([
    ["", ""],
    ["f", "CO"],
    ["fo", "CPNG"],
    ["foo", "CPNMU"],
    ["foob", "CPNMUOG"],
    ["fooba", "CPNMUOJ1"],
    ["foobar", "CPNMUOJ1E8"],
  ])('writes "%s" as RFC 4648 §10 does, padding left out', (octets, text) => {
    expect(encodeBase32Hex(Buffer.from(octets))).toBe(text);
    expect(decodeBase32Hex(text.toLowerCase())?.toString()).toBe(octets);
  });

  it.each(["W", "CO======", "C", "CPNMUOH", "CP", "CPNMUO", "0", "000", " "])(
    "refuses %s",
    (text) => {
      expect(decodeBase32Hex(text)).toBeUndefined();
    },
  );

  it("goes to text and back", () => {
    assert(
      property(uint8Array(), (octets) => {
        expect(decodeBase32Hex(encodeBase32Hex(octets))).toEqual(Buffer.from(octets));
      }),
    );
  });
});
