import { describe, expect, it } from "vitest";
import { CorefileError } from "../corefile/corefile-error.ts";
import { findAll } from "./findings.ts";
import { seenIn } from "./seen.cases.ts";

const said = (errors: CorefileError[] = [], warnings: CorefileError[] = []) => ({
  errors,
  warnings,
});
const idsIn = (text: string): string[] =>
  findAll(said(), seenIn(text)).map(({ rule, at }) => `${at.line} ${rule.id}`);

describe("findings", () => {
  it("are in the order of lines, what a start says with a rule as well", () => {
    const error = new CorefileError({ file: "Corefile", line: 9 }, 'Unknown directive "x"');
    const warning = new CorefileError(
      { file: "Corefile", line: 2, column: 3 },
      'plugin/forward: "next" has no effect: there is no next "forward"',
    );
    const found = findAll(
      said([error], [warning]),
      seenIn(". {\n\nwhoami\nreload 4s 4s\ndebug\n}"),
    );
    expect(found.map(({ rule, at, message }) => [at.line, rule.id, rule.level, message])).toEqual([
      [
        2,
        "no-effect",
        "warning",
        'plugin/forward: "next" has no effect: there is no next "forward"',
      ],
      [4, "reload-jitter", "warning", 'jitter "4s" counts as 2s, half of the interval'],
      [9, "unknown-directive", "error", 'Unknown directive "x"'],
    ]);
  });

  it("are told once of what is imported twice", () => {
    expect(idsIn("(s) {\ndebug\n}\na {\nimport s\n}\nb {\nimport s\n}")).toEqual(["2 debug-on"]);
  });

  it("are of a length that can be read", () => {
    const error = new CorefileError(
      { file: "x", line: 1 },
      `bad zone "${"a".repeat(1_000_000)}": too long`,
    );
    const [found] = findAll(said([error]), undefined);
    expect(found?.message.length).toBeLessThan(2_100);
    expect(found?.message).toMatch(/^bad zone "a+ \.\.\. a+": too long$/);
  });

  it("without anything read are what a start says", () => {
    const error = new CorefileError({ file: "x", line: 1 }, "Cannot read: no such file or folder");
    expect(findAll(said([error]), undefined)).toMatchObject([
      { rule: { id: "unreadable-file" }, message: "Cannot read: no such file or folder" },
    ]);
  });
});

describe("a comment", () => {
  it.each([
    ["on the line", ". {\ndebug # portolan-ignore: debug-on\n}"],
    ["above", ". {\n# portolan-ignore: debug-on\ndebug\n}"],
    ["above, with another one between", ". {\n#portolan-ignore debug-on\n# more\n\ndebug\n}"],
    ["with more than one rule", ". {\n# portolan-ignore: logs-all, debug-on\ndebug\n}"],
  ])("%s has it ignored", (_what, text) => {
    expect(idsIn(text)).toEqual([]);
  });

  it.each([
    ["behind", ". {\ndebug\n# portolan-ignore: debug-on\n}", ["2 debug-on"]],
    ["above another line", ". {\n# portolan-ignore: debug-on\nerrors\ndebug\n}", ["4 debug-on"]],
    ["with another rule", ". {\ndebug # portolan-ignore: logs-all\n}", ["2 debug-on"]],
    [
      "with none that exists",
      ". {\ndebug # portolan-ignore: debug\n}",
      ["2 debug-on", "2 unknown-ignored"],
    ],
    ["with none", ". {\ndebug # portolan-ignore\n}", ["2 debug-on", "2 unknown-ignored"]],
  ])("%s has not", (_what, text, expected) => {
    expect(idsIn(text)).toEqual(expected);
  });

  it("cannot have an error ignored", () => {
    const error = new CorefileError({ file: "Corefile", line: 2 }, 'Unknown directive "x"');
    const seen = seenIn(". {\nx # portolan-ignore: unknown-directive\n}");
    expect(findAll(said([error]), seen)).toHaveLength(1);
  });
});
