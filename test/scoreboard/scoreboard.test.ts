import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../run-portolan.ts";
import { ADVISORIES } from "./advisories.ts";
import type { Line } from "./document.ts";
import { readLines, reliabilityDocument } from "./document.ts";
import { FIGURES } from "./figures.ts";
import { coreDnsRows, isCovered } from "./figures/suites.ts";
import { readRelists } from "./relist.ts";
import { testsOf } from "./suite.ts";

describe("the advisories", () => {
  it("are all of the survey, each with a test or a reason", () => {
    expect(ADVISORIES.map(({ row }) => row)).toEqual(Array.from({ length: 55 }, (_, i) => i + 1));
    const open = ADVISORIES.filter(({ test, why }) => (test === undefined) === (why === ""));
    expect(open).toEqual([]);
  });

  it.each(ADVISORIES.flatMap(({ advisory, test }) => (test ? [{ advisory, ...test }] : [])))(
    "$advisory: $file has its test",
    ({ file, title }) => {
      expect(existsSync(join(ROOT, file))).toBe(true);
      const texts = [file, file.replace(".test.ts", ".cases.ts")].filter((one) =>
        existsSync(join(ROOT, one)),
      );
      const text = texts.map((one) => readFileSync(join(ROOT, one), "utf8")).join("\n");
      // Titles of incidents and targets are put together from what other files say.
      const isMadeUp = /incidents\.test|fuzz\.test/.test(file);
      expect(isMadeUp || text.includes(title)).toBe(true);
    },
  );

  it("count as covered if the test is there and has passed", () => {
    const advisory = { row: 1, advisory: "X-1", test: { file: "a.test.ts", title: "x" }, why: "" };
    const test = { file: "a.test.ts", title: "does x", isPassed: true };
    expect(isCovered(advisory, [test])).toBe(true);
    expect(isCovered(advisory, [test, { ...test, isPassed: false }])).toBe(false);
    expect(isCovered(advisory, [{ ...test, file: "b.test.ts" }])).toBe(false);
    expect(isCovered(advisory, [])).toBe(false);
  });
});

describe("docs/reliability.md", () => {
  const text = readFileSync(join(ROOT, "docs/reliability.md"), "utf8");

  it("has each figure once, and is what the program writes", () => {
    expect(readLines(text).map(({ id }) => id)).toEqual(FIGURES.map(({ id }) => id));
    expect(reliabilityDocument(FIGURES, [], text)).toBe(text);
  });

  it("takes over the lines that were not measured again", () => {
    const [first] = readLines(text) as [Line];
    const line = { ...first, portolan: "7 of 7", note: "a | b" };
    const lines = readLines(reliabilityDocument(FIGURES, [line], text));
    expect(lines[0]).toEqual({ ...line, note: "a / b" });
    expect(lines.slice(1)).toEqual(readLines(text).slice(1));
  });
});

it("a report of tests has those that ran, and a file that broke as one that failed", () => {
  const file = (name: string): string => join(ROOT, name);
  const tests = testsOf({
    testResults: [
      {
        name: file("a.test.ts"),
        status: "failed",
        assertionResults: [
          { fullName: "one", status: "passed" },
          { fullName: "two", status: "failed" },
          { fullName: "three", status: "skipped" },
        ],
      },
      { name: file("b.test.ts"), status: "failed", assertionResults: [] },
    ],
  });
  expect(tests).toEqual([
    { file: "a.test.ts", title: "one", isPassed: true },
    { file: "a.test.ts", title: "two", isPassed: false },
    { file: "b.test.ts", title: "the file itself", isPassed: false },
  ]);
});

it("the worst of several relists counts", () => {
  const output = [
    "| portolan, relist 1 | 100 MiB | 120 MiB | 20 % | 100 MiB | 9.0 MiB |",
    "| portolan, relist 2 |  90 MiB | 117 MiB | 30 % | 100 MiB | 9.0 MiB |",
  ].join("\n");
  const figures = readRelists(output, 5);
  expect(figures).toMatchObject({ beforeOctets: 90 * 2 ** 20, peakOctets: 117 * 2 ** 20 });
  expect(readRelists("Cannot find etcd", 5)).toBeUndefined();
});

it("of CoreDNS's rows those count that were measured", () => {
  const rows = ["met", "not met: silence", "not measured", "met (1.14.7)"];
  const text = rows.map((said, i) => `| H0${i} | 1035 | a \\| b | c | UDP | met | ${said} |`);
  expect(coreDnsRows(text.join("\n"))).toBe("2 of 3 rows");
});
