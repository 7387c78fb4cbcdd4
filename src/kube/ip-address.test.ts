import { expect, it } from "vitest";
import { parseIpAddress } from "./ip-address.ts";

it.each([
  ["10.0.0.1", "IPv4", "10.0.0.1"],
  ["255.255.255.255", "IPv4", "255.255.255.255"],
  ["2001:DB8:0:0:1::0", "IPv6", "2001:db8:0:0:1::"],
  ["::", "IPv6", "::"],
  ["::ffff:192.0.2.1", "IPv4", "192.0.2.1"],
])("%s is %s in canonical text", (given, family, text) => {
  expect(parseIpAddress(given)).toEqual({ family, text });
});

it.each(["", "10.0.0", "10.0.0.256", "010.0.0.1", "0x7f.0.0.1", "fe80::1%eth0", "::1/64", " ::1"])(
  "%j is no address",
  (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  },
);
