import { expect, it } from "vitest";
import { formatRecord } from "../../dns/presentation.ts";
import { records } from "../../testing/query.ts";
import { evenTtls } from "./even-ttls.ts";

it("gives each RRset its lowest TTL, whatever the case of its owner", () => {
  const mixed = records(
    "a.test. 60 IN A 192.0.2.1",
    "b.test. 10 IN A 192.0.2.1",
    "A.test. 30 IN A 192.0.2.2",
    "a.test. 20 IN AAAA 2001:db8::1",
    'a.test. 0 IN TXT "x"',
    'a.test. 9 IN TXT "y"',
  );
  expect(evenTtls(mixed).map(formatRecord)).toEqual([
    "a.test. 30 IN A 192.0.2.1",
    "b.test. 10 IN A 192.0.2.1",
    "A.test. 30 IN A 192.0.2.2",
    "a.test. 20 IN AAAA 2001:db8::1",
    'a.test. 0 IN TXT "x"',
    'a.test. 0 IN TXT "y"',
  ]);
});

it("leaves records alone that have one TTL", () => {
  const even = records("a.test. 60 IN A 192.0.2.1", "b.test. 60 IN A 192.0.2.1");
  expect(evenTtls(even)).toBe(even);
});
