import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { DevLine } from "./dev-line.ts";
import { logLine, terminalLine } from "./dev-line.ts";

const TIME = new Date(2026, 11, 1, 9, 5, 7);

function line(text: string, level = "INFO", plugin = "connect"): DevLine {
  return { text, level, plugin };
}

function shown(what: DevLine, columns = 80): string {
  return terminalLine(what, TIME, { columns, hasColours: false });
}

describe("a line of a terminal has a word for what it is:", () => {
  it.each([
    [
      line('Asked for web.shop: "shop/web" is on 127.98.1.2'),
      'asked     web.shop: "shop/web" is on 127.98.1.2',
    ],
    [line('Connected to "shop/web" port 80: pod "x"'), 'connected "shop/web" port 80: pod "x"'],
    [line('Cannot connect to "shop/web" port 80: no', "WARN"), 'failed    "shop/web" port 80: no'],
    [line("a.b does not resolve: no", "WARN", ""), "failed    a.b: no"],
    [
      line("2 example.org. A: no healthy proxies", "ERROR", "errors"),
      "failed    example.org (A): no healthy proxies",
    ],
    [line("Ready after 0.8 s", "INFO", ""), "ready     after 0.8 s"],
    [line("Something else", "WARN"), "warning   Something else"],
    [line("Something else"), "          Something else"],
  ])("%j", (what, expected) => {
    expect(shown(what)).toBe(`09:05:07 ${expected}\n`);
  });
});

it("has a column of its own for the text, as wide as the terminal lets it", () => {
  const text = `Asked for ${"word ".repeat(12).trim()}`;
  for (const columns of [40, 60, 80, 100]) {
    const lines = shown(line(text), columns).trimEnd().split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    const indent = columns < 60 ? 10 : 19;
    for (const behind of lines.slice(1)) expect(behind).toMatch(new RegExp(`^ {${indent}}\\S`));
  }
  expect(shown(line(text), 40)).toMatch(/^asked {5}word/);
  // A terminal that does not know its width.
  expect(shown(line("Asked for a"), 0)).toBe("09:05:07 asked     a\n");
});

it("cuts names that are longer than a line", () => {
  const name = `${"a".repeat(200)}.example`;
  expect(shown(line(`Asked for ${name}: here`), 60)).toBe(
    `09:05:07 asked     ${"a".repeat(40)}…\n${" ".repeat(19)}here\n`,
  );
});

it("has colours of its own only, and the same text without them", () => {
  for (const what of [line("Asked for \u001B[31mred"), line("x", "ERROR"), line("a\nb", "WARN")]) {
    const painted = terminalLine(what, TIME, { columns: 80, hasColours: true });
    expect(stripVTControlCharacters(painted)).toBe(shown(what));
    expect(painted).not.toBe(shown(what));
    expect(painted).not.toContain("\u001B[31mred");
  }
});

it("of a log has level and plugin", () => {
  expect(logLine(line("a\nb", "WARN"))).toBe("[WARNING] plugin/connect: a\n  b\n");
  expect(logLine(line("a", "INFO", ""))).toBe("[INFO] a\n");
});
