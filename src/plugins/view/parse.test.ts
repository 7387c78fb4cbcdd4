import { describe, expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { parseViewDirective } from "./parse.ts";

describe("the view directive", () => {
  it("joins words with one blank", () => {
    const { name, conditions } = parseViewDirective(
      testDirective("view example {\n expr type()   ==\t'A'\n expr true\n}"),
    );
    expect(name).toBe("example");
    expect(conditions.map(({ program }) => program.source)).toEqual(["type() == 'A'", "true"]);
  });

  it.each([
    ["view", "missing argument"],
    ["view a b", "unexpected argument"],
    ["view a {\n expr\n}", "missing argument"],
    ["view a {\n exp true\n}", 'did you mean "expr"?'],
    ["view a {\n expr true {\n }\n}", "has no properties"],
    [
      "view a {\n expr type() = 'A'\n}",
      `Corefile:3: plugin/view: cannot parse expression: column 8 of "type() = 'A'": unexpected "=", expected`,
    ],
    ["view a {\n expr (true\n}", 'unexpected end of the expression, expected an operator or ")"'],
    ["view a {\n expr true and\n}", "unexpected end of the expression, expected a value"],
    [
      "view a {\n expr nam() == 'a.'\n}",
      'column 1 of "nam() == \'a.\'": "nam" is unknown: known are bufsize',
    ],
    ["view a {\n expr size() == 'a'\n}", 'cannot do "==" with int and string'],
    ["view a {\n expr name() matches '('\n}", 'cannot parse regular expression "("'],
    ["view a {\n expr incidr('1.2.3.4')\n}", 'cannot call "incidr": expected 2 arguments, found 1'],
    [
      "view a {\n expr lower(1)\n}",
      'cannot call "lower": cannot take int for argument 1, expected string',
    ],
    ["view a {\n expr lower\n}", '"lower" is a function: expected its arguments'],
    ["view a {\n expr 'abc\n}", "string without its closing '"],
    [`view a {\n expr ${"1+".repeat(5000)}1\n}`, "too long: 10001 characters, at most 10000"],
    [`view a {\n expr ${"(".repeat(500)}\n}`, "too deep: more than 400"],
  ])("refuses %j", (text, message) => {
    const parse = (): unknown => parseViewDirective(testDirective(text));
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^Corefile:\d+: /);
  });
});
