import { describe, expect, it } from "vitest";
import { toGithub } from "./formats/github.ts";
import { toJson } from "./formats/json.ts";
import { toSarif } from "./formats/sarif.ts";
import type { Finding, Level } from "./rule.ts";
import { RULES } from "./table.ts";

function finding(level: Level, at: Finding["at"], message: string, hint?: string): Finding {
  const rule = RULES.find((one) => one.level === level);
  if (!rule) throw new TypeError(`no rule of level ${level}`);
  return hint === undefined ? { rule, at, message } : { rule, at, message, hint };
}

const findings: readonly Finding[] = [
  finding("error", { file: "a b/Corefile", line: 3 }, "100% wrong:\r\nin two, lines\u001B[31m"),
  finding("warning", { file: "/etc/Corefile", line: 4, column: 7 }, "odd", "mend it"),
  finding("note", { file: "C:x,y", line: 5, column: 1 }, "::warning::x"),
];

describe("as workflow commands of GitHub", () => {
  const lines = toGithub(findings).split("\n");

  it("findings are a line each, with what would end it escaped", () => {
    expect(lines).toEqual([
      "::error file=a b/Corefile,line=3,title=unreadable-file::100%25 wrong:%0D%0Ain two, lines\\u001b[31m",
      "::warning file=/etc/Corefile,line=4,col=7,title=never-asked::odd; mend it",
      "::notice file=C%3Ax%2Cy,line=5,col=1,title=loop-missing::::warning::x",
      "",
    ]);
  });

  it("are read by a runner as they were meant", () => {
    const [, properties = "", data] = /^::notice ([^:]*)::(.*)$/.exec(lines[2] ?? "") ?? [];
    const read = (text: string): string =>
      text.replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%0A", "\n");
    expect(properties.split(",").map(read)).toContain("file=C:x,y");
    expect(data).toBe("::warning::x");
  });
});

it("as JSON they have a version, counts, and a hint each", () => {
  const report: unknown = JSON.parse(toJson(findings, ["a b/Corefile"]));
  expect(report).toMatchObject({
    version: 1,
    files: ["a b/Corefile"],
    errors: 1,
    warnings: 1,
    notes: 1,
  });
  const { findings: list } = report as { findings: unknown[] };
  expect(list[0]).toEqual({
    rule: "unreadable-file",
    level: "error",
    file: "a b/Corefile",
    line: 3,
    message: "100% wrong:\r\nin two, lines\u001B[31m",
    hint: "look at path and rights; relative paths start at *root*",
    documentation: "docs/check.md#unreadable-file",
  });
  expect(list[1]).toMatchObject({ column: 7, hint: "mend it" });
});

/*
 * What the schema of SARIF 2.1.0 says of the parts that are written: properties that are needed, all that may be, and what
 * their values are.
 */
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string" && value !== "";
const count: Check = (value) => Number.isInteger(value) && (value as number) >= 1;
const index: Check = (value) => Number.isInteger(value) && (value as number) >= -1;
const one =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string);
const uri: Check = (value) => typeof value === "string" && /^[\w.~%:/-]+$/.test(value);
const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
const unique =
  (item: Check): Check =>
  (value) =>
    list(item)(value) &&
    new Set((value as unknown[]).map((v) => JSON.stringify(v))).size ===
      (value as unknown[]).length;

function object(needed: Record<string, Check>, allowed: Record<string, Check> = {}): Check {
  return (value) => {
    const entries = Object.entries(value as object);
    const known: Record<string, Check> = { ...allowed, ...needed };
    const isWhole = Object.keys(needed).every((name) => entries.some(([key]) => key === name));
    return isWhole && entries.every(([key, part]) => known[key]?.(part) ?? false);
  };
}

const level = one("none", "note", "warning", "error");
const message = object({ text });
const region = object({}, { startLine: count, startColumn: count });
const location = object(
  {},
  { physicalLocation: object({}, { artifactLocation: object({}, { uri }), region }) },
);
const rule = object(
  { id: text },
  { shortDescription: message, help: message, defaultConfiguration: object({}, { level }) },
);
const driver = object({ name: text }, { version: text, rules: unique(rule) });
const result = object(
  { message },
  { ruleId: text, ruleIndex: index, level, locations: list(location) },
);
const run = object(
  { tool: object({ driver }) },
  { columnKind: one("utf16CodeUnits", "unicodeCodePoints"), results: list(result) },
);
const sarifLog = object({ version: one("2.1.0"), runs: list(run) }, { $schema: uri });

interface SarifLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
      }[];
    }[];
  }[];
}

describe("as SARIF", () => {
  const log = JSON.parse(toSarif(findings, RULES, "1.2.3")) as SarifLog;

  it("they keep to its schema", () => {
    expect(sarifLog(log)).toBe(true);
    expect(sarifLog(JSON.parse(toSarif([], RULES, "1.2.3")))).toBe(true);
    const { runs } = log;
    expect(sarifLog({ version: "2.1.0", runs: [{ ...runs[0], result: [] }] })).toBe(false);
    expect(sarifLog({ version: "2.1.0", runs: [{ results: [] }] })).toBe(false);
  });

  it("each result is of the rule that its index means, in a file by a relative or a file URI", () => {
    const [only] = log.runs;
    const results = only?.results ?? [];
    expect(results.map(({ ruleId }) => ruleId)).toEqual(findings.map(({ rule: { id } }) => id));
    for (const { ruleId, ruleIndex } of results) {
      expect(only?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    }
    const uris = results.map((each) => each.locations[0]?.physicalLocation.artifactLocation.uri);
    expect(uris).toEqual(["a%20b/Corefile", "file:///etc/Corefile", "C%3Ax%2Cy"]);
  });
});
