import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseZones } from "./arguments.ts";
import { Name } from "../dns/name.ts";
import { CorefileError } from "./corefile-error.ts";
import { parseCorefile } from "./corefile.ts";

/** Parses and tells how it ended; whatever is no CorefileError is the caller's to see. */
function outcome(text: string): "parsed" | "refused" {
  const files: Readonly<Record<string, string>> = {
    x: text,
    y: "import x\nimport y\n",
    z: "log\n",
  };
  try {
    parseCorefile(text, "Corefile", {
      env: { A: "{", B: "import", C: "a b", EMPTY: "" },
      readFile(path): string {
        if (!Object.hasOwn(files, path)) throw new Error("no such file");
        return files[path] ?? "";
      },
      glob: () => Object.keys(files),
    });
    return "parsed";
  } catch (error) {
    if (error instanceof CorefileError) return "refused";
    throw error;
  }
}

const words =
  `{ } , " \\ # import (s) (t) s t x * y z . a.b :53 tls:// 10.0.0.0/9 2001:db8::/33 [::1]
  {$A} {$B} {%C%} {$EMPTY} log é __proto__ constructor`
    .split(/\s+/)
    .concat("\n", "\r\n", " ", "\uFEFF", "\0");
const corefileLike = fc
  .array(fc.constantFrom(...words), { maxLength: 80 })
  .map((parts) => parts.join(""));
const lines = fc
  .array(
    fc.constantFrom(...words, ". {\n", "}\n", "(s) {\n", "(t) {\n", "import s\n", "import t\n"),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(" "));

test("any text parses or is refused with a position", () => {
  const seen = new Set<string>();
  const text = fc.oneof(corefileLike, lines, fc.string({ unit: "binary", maxLength: 200 }));
  fc.assert(
    fc.property(text, (input) => {
      seen.add(outcome(input));
    }),
    { numRuns: 3_000 },
  );
  expect(seen).toEqual(new Set(["parsed", "refused"]));
});

/** The zones that a word stands for; none if it is refused. */
function zonesOf(text: string): string[] {
  try {
    return parseZones([{ file: "Corefile", line: 1, text, quoted: true }]).map(String);
  } catch (error) {
    if (error instanceof CorefileError) return [];
    throw error;
  }
}

test("any word stands for zones that the codec reads as themselves, or is refused", () => {
  const parts = fc.array(fc.constantFrom(...words, "\\.", "\\046", "A", "-", "/"), {
    maxLength: 8,
  });
  const text = fc.oneof(
    parts.map((each) => each.join("")),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (input) => {
      for (const zone of zonesOf(input)) {
        expect(zone).toBe(zone.toLowerCase());
        expect(Name.parse(zone).toString()).toBe(zone);
      }
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ["spaces", " ".repeat(2_000_000)],
  ["comments", "#\n".repeat(500_000)],
  ["open quotes", `. {\nlog "${'\\"'.repeat(500_000)}`],
  ["backslashes", `. {\nlog "${"\\".repeat(1_000_001)}"`],
  ["open variables", `. {\nlog ${"{$".repeat(300_000)} ${"{%".repeat(300_000)}\n}`],
  ["open braces", `. ${"{ a ".repeat(200_000)}`],
  ["keys", "a, ".repeat(100_000)],
  ["one long word", "a".repeat(2_000_000)],
  ["one long zone of dots", `${"a.".repeat(500_000)} {\n}`],
  ["colons and slashes", `${":/".repeat(300_000)} {\n}`],
  ["parentheses", `${"(".repeat(500_000)} {\n}`],
])("a megabyte of %s comes to an end", (_, text) => {
  expect(["parsed", "refused"]).toContain(outcome(text));
});
