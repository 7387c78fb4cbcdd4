import { describe, expect, it } from "vitest";
import { parseAddressAsked } from "./asked-address.ts";

describe("an address in the place of a name", () => {
  it.each([
    ["10.96.0.1", "10.96.0.1", undefined],
    ["10.96.0.1:443", "10.96.0.1", 443],
    ["fd00::1", "fd00::1", undefined],
    ["FD00:0::1", "fd00::1", undefined],
    ["[fd00::1]:443", "fd00::1", 443],
    ["[fd00::1]", "fd00::1", undefined],
  ])("%s", (text, address, port) => {
    expect(parseAddressAsked(text)).toEqual({ address, port });
  });

  it.each(["web.shop", "10.96.0", "10.96.0.1.", "10.96.0.1:", "web:80", "::1::", "", "1.2.3.4:x"])(
    "%s is none",
    (text) => {
      expect(parseAddressAsked(text)).toBeUndefined();
    },
  );
});
