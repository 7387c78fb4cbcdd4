import { describe, expect, it } from "vitest";
import { Name } from "../dns/name.ts";
import { candidatesOf, searchListOf } from "./search-list.ts";

const search = searchListOf("shop", Name.parse("cluster.local"), [Name.parse("corp.example")]);

function namesOf(typed: string): string[] {
  return candidatesOf(typed, search).map(({ name }) => name.toString());
}

describe("the names that a pod's resolver asks for", () => {
  it("are completed first where they have fewer dots than ndots", () => {
    expect(namesOf("web")).toEqual([
      "web.shop.svc.cluster.local.",
      "web.svc.cluster.local.",
      "web.cluster.local.",
      "web.corp.example.",
      "web.",
    ]);
    expect(namesOf("a.b.c.d.e").at(-1)).toBe("a.b.c.d.e.");
  });

  it("are asked for as they are first where they have five dots", () => {
    expect(namesOf("a.b.c.d.e.f")[0]).toBe("a.b.c.d.e.f.");
    expect(namesOf("a.b.c.d.e.f")).toHaveLength(5);
  });

  it("are not completed where they end in a dot that is none of a label's", () => {
    expect(namesOf("web.shop.")).toEqual(["web.shop."]);
    expect(namesOf(String.raw`web\.`)).toHaveLength(5);
  });

  it("leave out a completion that is no name any more", () => {
    expect(
      namesOf(`${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(55)}`),
    ).toHaveLength(1);
  });
});
