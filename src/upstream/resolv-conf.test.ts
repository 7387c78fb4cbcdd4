import { expect, it } from "vitest";
import { parseNameservers } from "./resolv-conf.ts";

it("takes the addresses of nameserver lines in their order", () => {
  const text = [
    "# nameserver 192.0.2.9",
    "; nameserver 192.0.2.8",
    "domain example.org",
    "nameserver 192.0.2.1",
    "  nameserver\t2001:db8::1   # behind it",
    "nameserver fe80::1%eth0\r",
    "nameserver",
    "nameserver name.example.org",
    "search example.org",
    "options ndots:5",
    "nameserver 192.0.2.2",
  ].join("\n");
  expect(parseNameservers(text)).toEqual(["192.0.2.1", "2001:db8::1", "fe80::1%eth0", "192.0.2.2"]);
});

it("finds none in an empty file", () => {
  expect(parseNameservers("")).toEqual([]);
});
