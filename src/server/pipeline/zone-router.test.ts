import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { testQuery } from "../../testing/query.ts";
import { ZoneRouter } from "./zone-router.ts";

function routerOf(...zones: readonly string[]): ZoneRouter<string> {
  const router = new ZoneRouter<string>();
  for (const zone of zones) router.add(Name.parse(zone), zone);
  return router;
}

describe("ZoneRouter", () => {
  it.each([
    ["example.org.", "example.org."],
    ["www.EXAMPLE.org.", "example.org."],
    ["deep.a.example.org.", "a.example.org."],
    ["x.deep.a.example.org.", "a.example.org."],
    ["ba.example.org.", "example.org."],
    ["notexample.org.", "org."],
    ["example\\.org.", undefined],
    [".", undefined],
  ])("finds the longest zone of %s: %s", (qname, zone) => {
    const router = routerOf("example.org.", "a.example.org.", "org.");
    expect(router.match(testQuery(qname))?.block).toBe(zone);
  });

  it("asks the zone above for DS at an apex, if it is served here", () => {
    const router = routerOf("example.org.", "a.example.org.");
    expect(router.match(testQuery("a.example.org.", "DS"))?.block).toBe("example.org.");
    expect(router.match(testQuery("b.a.example.org.", "DS"))?.block).toBe("a.example.org.");
    expect(router.match(testQuery("example.org.", "DS"))?.block).toBe("example.org.");
  });

  it("gives everything to the root where that is all there is", () => {
    expect(routerOf(".").match(testQuery("a.b.", "DS"))?.block).toBe(".");
  });

  it("refuses a zone that it has", () => {
    const router = routerOf("example.org.");
    expect(() => router.add(Name.parse("EXAMPLE.org."), "again")).toThrow(
      'zone "EXAMPLE.org." twice',
    );
  });

  describe("with views", () => {
    const router = new ZoneRouter<string>((block) => {
      return block.startsWith("view")
        ? { name: block, takes: ({ qname }) => qname.toString().includes(block) }
        : undefined;
    });
    for (const block of ["view1", "view2", "rest"]) router.add(Name.parse("example.org."), block);
    router.add(Name.parse("only.example.org."), "view3");
    router.add(Name.root, "root");

    it.each([
      ["view2.example.org.", "view2 viewed"],
      ["other.example.org.", "rest viewed"],
      ["view3.only.example.org.", "view3 viewed"],
      ["other.only.example.org.", "rest viewed"],
      ["elsewhere.test.", "root"],
    ])("the first block that takes %s is %s", (qname, expected) => {
      const route = router.match(testQuery(qname));
      expect(`${route?.block}${route?.hasView === true ? " viewed" : ""}`).toBe(expected);
    });

    it("a second block without a view is refused", () => {
      expect(() => router.add(Name.parse("example.org."), "more")).toThrow("twice");
    });
  });

  it("agrees with comparing every zone", () => {
    const label = fc.constantFrom("a", "b", "A", "a\\.b", "c");
    const name = fc
      .array(label, { maxLength: 4 })
      .map((labels) => Name.parse(`${labels.join(".")}.`.replace(/^\.+/, ".")));
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { selector: ({ key }) => key, maxLength: 6 }),
        name,
        (zones, qname) => {
          const router = new ZoneRouter<Name>();
          for (const zone of zones) router.add(zone, zone);
          const within = zones.filter((zone) => qname.isWithin(zone));
          const longest = within.toSorted((a, b) => b.key.length - a.key.length)[0];
          expect(router.match(testQuery(qname.toString()))?.block.key).toBe(longest?.key);
        },
      ),
    );
  });
});
