import { expect, it } from "vitest";
import { records } from "../testing/query.ts";
import { aliasTargets, aliasesOf, endOfAliases } from "./aliases.ts";
import { Name } from "./name.ts";

const key = (name: string): string => Name.parse(name).key;

it.each<[string, string[], string | undefined, string[]]>([
  ["none", ["a. 1 IN A 192.0.2.1"], "a.", ["a."]],
  [
    "a chain, in whatever order",
    ["b. 1 IN CNAME C.", "A. 1 IN CNAME b."],
    "c.",
    ["a.", "b.", "c."],
  ],
  ["a fork", ["a. 1 IN CNAME b.", "a. 1 IN CNAME c."], undefined, ["a.", "b.", "c."]],
  ["the same twice", ["a. 1 IN CNAME b.", "a. 9 IN CNAME B."], "b.", ["a.", "b."]],
  ["a circle", ["a. 1 IN CNAME b.", "b. 1 IN CNAME a."], undefined, ["a.", "b."]],
  ["somebody else's", ["x. 1 IN CNAME y."], "a.", ["a."]],
])("of aliases %s", (_what, lines, end, all) => {
  const targets = aliasTargets(records(...lines));
  expect(endOfAliases(key("a."), targets)).toBe(end === undefined ? undefined : key(end));
  expect([...aliasesOf(key("a."), targets)]).toEqual(all.map(key));
});
