import { describe, expect, it } from "vitest";
import { parseLabelSelector } from "./label-selector.ts";

const labels = { app: "web", tier: "", "example.org/team": "core", generation: "7", in: "x" };

describe("a label selector", () => {
  it.each([
    ["", true],
    [" ", true],
    ["app", true],
    ["app=web", true],
    ["app==web", true],
    [" app = web ", true],
    ["app=api", false],
    ["app!=api", true],
    ["app!=web", false],
    ["missing!=web", true],
    ["missing", false],
    ["!missing", true],
    ["!app", false],
    ["tier=", true],
    ["app=", false],
    ["tier=,app=web", true],
    ["app in (api, web)", true],
    ["app in (api)", false],
    ["app in(web),tier", true],
    ["app notin (api)", true],
    ["app notin (api,web)", false],
    ["missing in (web)", false],
    ["missing notin (web)", true],
    ["tier in ()", true],
    ["tier in (a,)", true],
    ["app in (,a)", false],
    ["example.org/team=core", true],
    ["app=web,example.org/team=core,!missing", true],
    ["app=web,example.org/team=other", false],
    ["generation>6", true],
    ["generation > 7", false],
    ["generation<8", true],
    ["app>1", false],
    ["missing<1", false],
    ["constructor", false],
  ])("%j selects: %s", (text, selects) => {
    expect(parseLabelSelector(text)(labels)).toBe(selects);
  });

  it("selects objects without labels by negations only", () => {
    expect(parseLabelSelector("!app,tier!=a,x notin (b)")({})).toBe(true);
    expect(parseLabelSelector("app")({})).toBe(false);
  });

  it("may ask for values that are words of its own", () => {
    expect(parseLabelSelector("a=in,b in (in, notin)")({ a: "in", b: "notin" })).toBe(true);
  });
});

describe("a label selector that cannot be parsed names its text and the place", () => {
  it.each([
    ["app=web,", "found its end, expected a label's key"],
    [",app=web", 'found ",", expected a label\'s key'],
    ["app=web tier=a", 'found "tier", expected ","'],
    ["app web", 'found "web", expected "=", "==", "!=", "in", "notin", "<", ">" or ","'],
    ["app in", 'found its end, expected "("'],
    ["app in (a", 'found its end, expected ")"'],
    ["app in (a b)", 'found "b", expected ")"'],
    ["app in (=)", 'found "=", expected a label\'s value'],
    ["app=!b", 'found "!", expected a label\'s value'],
    ["-app", '"-app" is not a label\'s key'],
    ["a/b/c", '"a/b/c" is not a label\'s key'],
    ["Example.org/app", '"Example.org/app" is not a label\'s key'],
    [`${"a".repeat(64)}=b`, `"${"a".repeat(64)}" is not a label's key`],
    ["app=-web", '"-web" is not a label\'s value'],
    ["app>web", '"web" is not an integer'],
  ])("%s", (text, reason) => {
    expect(() => parseLabelSelector(text)).toThrow(
      new SyntaxError(`Cannot parse label selector "${text}": ${reason}`),
    );
  });
});
