import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { testDirective } from "../../testing/context.ts";
import { parseTransfer } from "./parse.ts";
import { TransferRules } from "./transfer-rules.ts";

describe("the directive transfer", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1", 53],
    ["192.0.2.1:5300", "192.0.2.1", 5300],
    ["12:34::56", "12:34::56", 53],
    ["[12:34::56]:5300", "12:34::56", 5300],
    ["[12:34::56]", "12:34::56", 53],
    ["2001:DB8:0::1", "2001:db8::1", 53],
    ["::ffff:192.0.2.1", "192.0.2.1", 53],
  ])("takes %s", (text, address, port) => {
    const [rule] = parseTransfer(testDirective(`transfer example.org {\nto ${text}\n}`));
    expect(rule).toMatchObject({ isForAll: false, to: [{ address, port }] });
    expect(rule?.zones?.map(String)).toEqual(["example.org."]);
  });

  it.each([
    ["transfer", '"to" is required'],
    ["transfer {\nsource 192.0.2.1\n}", '"to" is required'],
    ["transfer {\nto\n}", "missing argument"],
    ["transfer {\nto ns1.example.org\n}", 'bad address "ns1.example.org"'],
    ["transfer {\nto 192.0.2.1:99999\n}", "99999"],
    ["transfer {\nto 192.0.2.1:\n}", "bad address"],
    ["transfer {\nto 192.0.2.0/24\n}", "bad address"],
    ["transfer {\nto *\nsource 192.0.2.1\nsource 192.0.2.2\n}", "source already specified"],
    ["transfer {\nto *\nsource here\n}", 'invalid source address "here"'],
    ["transfer {\nto *\nkey a..b\n}", 'bad name of a key: "a..b"'],
    ["transfer {\nto *\nkey a\nkey b\n}", "key can stand only once"],
    ["transfer {\nto *\nfrom *\n}", "from"],
  ])("refuses %j", (text, message) => {
    expect(() => parseTransfer(testDirective(text))).toThrow(message);
  });
});

describe("rules", () => {
  function rulesOf(...directives: readonly string[]): TransferRules {
    const rules = directives.flatMap((text) => parseTransfer(testDirective(text)));
    return new TransferRules(rules, [Name.parse("example.org.")]);
  }

  it("are those of the longest zone that a name is in", () => {
    const rules = rulesOf("transfer {\nto *\n}", "transfer sub.example.org {\nto 192.0.2.1\n}");
    const forAll = (name: string): boolean | undefined => rules.find(Name.parse(name))?.isForAll;
    expect(forAll("example.org.")).toBe(true);
    expect(forAll("other.EXAMPLE.org.")).toBe(true);
    expect(forAll("a.sub.example.org.")).toBe(false);
    expect(forAll("example.net.")).toBeUndefined();
  });

  it("of several directives for a zone are added to each other", () => {
    const rules = rulesOf(
      "transfer {\nto 192.0.2.1\nsource 192.0.2.9\n}",
      "transfer {\nto 2001:db8::1 192.0.2.1\nsource 2001:db8::9\n}",
    );
    expect(rules.find(Name.parse("example.org."))?.recipients).toEqual([
      { address: "192.0.2.1", port: 53, source: "192.0.2.9" },
      { address: "2001:db8::1", port: 53, source: "2001:db8::9" },
    ]);
  });

  it("send from an address of the family of the secondary's only", () => {
    const rules = rulesOf("transfer {\nto 192.0.2.1\nsource 2001:db8::9\n}");
    expect(rules.find(Name.parse("example.org."))?.recipients).toEqual([
      { address: "192.0.2.1", port: 53, source: undefined },
    ]);
  });
});
