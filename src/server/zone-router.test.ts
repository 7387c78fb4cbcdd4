import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
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
    expect(router.match(Name.parse(qname), RrType.A)).toBe(zone);
  });

  it("asks the zone above for DS at an apex, if it is served here", () => {
    const router = routerOf("example.org.", "a.example.org.");
    expect(router.match(Name.parse("a.example.org."), RrType.DS)).toBe("example.org.");
    expect(router.match(Name.parse("b.a.example.org."), RrType.DS)).toBe("a.example.org.");
    expect(router.match(Name.parse("example.org."), RrType.DS)).toBe("example.org.");
  });

  it("gives everything to the root where that is all there is", () => {
    expect(routerOf(".").match(Name.parse("a.b."), RrType.DS)).toBe(".");
  });

  it("refuses a zone that it has", () => {
    const router = routerOf("example.org.");
    expect(() => router.add(Name.parse("EXAMPLE.org."), "again")).toThrow(
      'zone "EXAMPLE.org." twice',
    );
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
          expect(router.match(qname, RrType.A)?.key).toBe(longest?.key);
        },
      ),
    );
  });
});
