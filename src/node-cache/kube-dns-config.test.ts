import { expect, it } from "vitest";
import { parseKubeDnsConfig } from "./kube-dns-config.ts";

function parse(data: Record<string, string>): ReturnType<typeof parseKubeDnsConfig> {
  return parseKubeDnsConfig(new Map(Object.entries(data)));
}

it("reads stub domains and upstream nameservers of either family, with and without a port", () => {
  const servers = ["192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353"];
  const read = parse({
    stubDomains: JSON.stringify({ "acme.local": servers }),
    upstreamNameservers: JSON.stringify(servers.slice(1)),
    federations: "prod=example.com",
  });
  expect(read.stubDomains).toEqual(new Map([["acme.local", servers]]));
  expect(read.upstreamNameservers).toEqual(servers.slice(1));
});

it("says nothing where nothing is said", () => {
  for (const data of [{}, { stubDomains: "null" }, { upstreamNameservers: "[]" }]) {
    const read = parse(data);
    expect(read.stubDomains.size + read.upstreamNameservers.length).toBe(0);
  }
});

it.each([
  ["stubDomains", "{", "it is not JSON"],
  ["stubDomains", "[]", "expected an object of domains"],
  ["stubDomains", '{"a b": ["192.0.2.1"]}', '"a b" is no domain'],
  ["stubDomains", '{"a {\\n whoami\\n}\\nb": ["192.0.2.1"]}', "is no domain"],
  ["stubDomains", '{"a": "192.0.2.1"}', "expected a list of servers"],
  ["stubDomains", '{"a": []}', '"a" has no servers'],
  ["stubDomains", '{"a": ["192.0.2.1\\n}"]}', "is no address of a server"],
  ["upstreamNameservers", '["ns.example"]', '"ns.example" is no address of a server'],
  ["upstreamNameservers", '["192.0.2.1:65536"]', "is no address of a server"],
  ["upstreamNameservers", '["1.1.1.1","1.1.1.2","1.1.1.3","1.1.1.4"]', "more than 3 servers"],
])("refuses %s %s", (key, text, part) => {
  expect(() => parse({ [key]: text })).toThrow(`cannot read "${key}": `);
  expect(() => parse({ [key]: text })).toThrow(part);
});
