import { describe, expect, it } from "vitest";
import { ask, testQuery } from "../../testing/query.ts";
import type { TestQueryOptions } from "../../testing/query.ts";
import { serveWhoami } from "./whoami.ts";

const IPV4 = { address: "192.0.2.7", port: 4711 };
const IPV6 = { address: "2001:db8::7", port: 53 };
const long = `${"a".repeat(63)}.`.repeat(3) + `${"a".repeat(61)}.`;

describe("whoami", () => {
  it.each<[string, TestQueryOptions, string, string]>([
    [
      "example.org.",
      IPV4,
      "example.org. 0 IN A 192.0.2.7",
      "_udp.example.org. 0 IN SRV 0 0 4711 .",
    ],
    [
      "wWw.example.org.",
      { ...IPV6, transport: "tcp" },
      "wWw.example.org. 0 IN AAAA 2001:db8::7",
      "_tcp.wWw.example.org. 0 IN SRV 0 0 53 .",
    ],
    [".", IPV4, ". 0 IN A 192.0.2.7", "_udp. 0 IN SRV 0 0 4711 ."],
    [long, IPV4, `${long} 0 IN A 192.0.2.7`, `${long} 0 IN SRV 0 0 4711 .`],
  ])("tells %s from %o", async (qname, options, address, port) => {
    expect(await ask({ serve: serveWhoami }, testQuery(qname, "MX", options))).toEqual({
      rcode: "NOERROR",
      flags: "AA",
      answer: [],
      authority: [],
      additional: [address, port],
    });
  });
});
