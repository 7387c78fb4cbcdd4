import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { testDirective } from "../../testing/context.ts";
import { addressOctets } from "./networks.ts";
import { parseAcl } from "./parse.ts";

describe("the acl directive", () => {
  it("takes zones, and all that a line may say, in any case", () => {
    const { zones, policies } = parseAcl(
      testDirective(`acl a.test 10.0.0.0/8 {
        allow net 192.0.2.0/24 2001:db8::1
        BLOCK TYPE A aaaa type65280 NET 192.0.2.7
        filter type * net *
        drop
      }`),
    );
    expect(zones).toEqual([Name.parse("a.test."), Name.parse("10.in-addr.arpa.")]);
    expect(policies.map(({ action, types }) => [action, types && [...types]])).toEqual([
      ["allow", undefined],
      ["block", [1, 28, 65_280]],
      ["filter", undefined],
      ["drop", undefined],
    ]);
    const has = (at: number, text: string): boolean | undefined =>
      policies[at]?.networks?.has(addressOctets(text) ?? "");
    expect([has(0, "192.0.2.9"), has(0, "2001:db8::1"), has(0, "192.0.3.1")]).toEqual([
      true,
      true,
      false,
    ]);
    expect([has(1, "192.0.2.7"), has(1, "192.0.2.9"), has(2, "::")]).toEqual([
      true,
      false,
      undefined,
    ]);
  });

  it("joins what several sections of a line name", () => {
    const [policy] = parseAcl(
      testDirective("acl {\n block type A net 192.0.2.1 type MX net 192.0.2.2\n}"),
    ).policies;
    expect([...(policy?.types ?? [])]).toEqual([1, 15]);
    for (const text of ["192.0.2.1", "192.0.2.2"]) {
      expect(policy?.networks?.has(addressOctets(text) ?? "")).toBe(true);
    }
  });

  it("is for the zones of the server block where it names none", () => {
    expect(parseAcl(testDirective("acl"))).toEqual({ zones: undefined, policies: [] });
  });

  it.each([
    ["deny net *", 'unknown property "deny": known are allow, block, filter, drop'],
    ["block 192.0.2.1", 'unknown word "192.0.2.1", expected "type", "net", "namespace"'],
    ["block types A", 'did you mean "type"?'],
    ["block type", 'missing argument: nothing behind "type"'],
    ["block type net 192.0.2.1", 'missing argument: nothing behind "type"'],
    ["block type A net", 'missing argument: nothing behind "net"'],
    ["block type X", 'unknown type "X"'],
    ["block net 192.0.2", 'cannot parse "192.0.2": not an address or a CIDR'],
    ["block net 192.0.2.0/33", 'cannot parse "192.0.2.0/33": not a length of a prefix'],
    ["block net * 192.0.2.300", 'cannot parse "192.0.2.300"'],
    ["block {\n }", "has no properties"],
  ])("refuses %j", (line, message) => {
    const directive = testDirective(`acl {\n ${line}\n}`);
    expect(() => parseAcl(directive)).toThrow(message);
    expect(() => parseAcl(directive)).toThrow(/^Corefile:3: plugin\/acl: /);
  });

  it("tells of all that is wrong at once", () => {
    const directive = testDirective("acl a..b {\n deny\n block net x\n}");
    expect(() => parseAcl(directive)).toThrow(/"a\.\.b\.".*\(and 2 more\)$/);
  });
});
