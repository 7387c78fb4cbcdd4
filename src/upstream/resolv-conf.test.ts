import { expect, it } from "vitest";
import { parseNameservers, parseResolverOptions } from "./resolv-conf.ts";

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

it("takes the options of a resolver, within the C library's limits", () => {
  const text =
    "options ndots:5 rotate timeout:2\noptions attempts:99 ndots:-1 ndots:x\n;options ndots:1";
  expect(parseResolverOptions(text)).toEqual({ ndots: 5, timeoutSeconds: 2, attempts: 5 });
  expect(parseResolverOptions("nameserver 192.0.2.1")).toEqual({});
});
