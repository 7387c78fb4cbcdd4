import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorefileError } from "./corefile-error.ts";
import { parseCorefile } from "./corefile.ts";
import { formatCorefile } from "./format.ts";

const format = (text: string): string => formatCorefile(text, "Corefile");

/** What a text means: all of it but where it stands, or why it is refused. */
function meaningOf(text: string): string {
  const files: Readonly<Record<string, string>> = { x: "errors\nlog . {\n class all\n}\n" };
  const env = { A: "a b", B: "{" };
  try {
    const readFile = (path: string): string => {
      if (!Object.hasOwn(files, path)) throw new Error("no such file");
      return files[path] ?? "";
    };
    const blocks = parseCorefile(text, "Corefile", { env, readFile, glob: () => [] });
    return JSON.stringify(blocks, (key, value: unknown) => {
      return key === "line" || key === "column" ? undefined : value;
    });
  } catch (error) {
    if (error instanceof CorefileError) return error.message.replaceAll(/Corefile:\d+:/g, "");
    throw error;
  }
}

function formatted(text: string): string | undefined {
  try {
    return format(text);
  } catch (error) {
    if (error instanceof CorefileError) return undefined;
    throw error;
  }
}

describe("a formatted Corefile", () => {
  it.each([
    ["indents by four spaces", ".:53 {\nerrors\n\thealth {\nlameduck 5s\n      }\n}"],
    [
      "a brace that closes is as far in as its line",
      ".:53 {\n  errors\n health {\nlameduck 5s\n}\n }",
    ],
    [
      "carriage returns go",
      ".:53  {\r\n\terrors\r\n\thealth\t{\r\n\t\tlameduck 5s\r\n\t}\r\n}\r\n",
    ],
    [
      "empty lines next to braces go",
      "\n\n.:53 {\n\n errors\n health {\n\n lameduck 5s\n\n}\n\n}\n\n",
    ],
  ])("%s", (_what, text) => {
    expect(format(text)).toBe(".:53 {\n    errors\n    health {\n        lameduck 5s\n    }\n}\n");
  });

  it.each([
    [
      "comments",
      "# one\n#two\n. { # three\n    # four\n    errors # five\n    # six\n}\n# seven\n",
    ],
    ["empty lines between lines", "a {\n    errors\n\n    log\n}\n\nb {\n}\n"],
    ["quotes and what is in them", '. {\n    log . "{remote}  \\"{name}\\"\n\n  {}"\n}\n'],
    ["snippets, imports and variables", "(s) {\n    errors\n}\n.:{$PORT} {\n    import s\n}\n"],
    ["directives without a block, as they are imported", "errors\nlog . {\n    class all\n}\n"],
    ["what is empty", ""],
  ])("keeps %s", (_what, text) => {
    expect(format(text)).toBe(text);
  });

  it("has one space between words, and one empty line where there were more", () => {
    expect(format("a,\tb   {\nerrors#x\n\n\n\nlog\n}")).toBe(
      "a, b {\n    errors #x\n\n    log\n}\n",
    );
  });

  it.each([
    ['. {\n log "a\n}\n', "Corefile:2: Unclosed quote"],
    [". {\n errors\n", 'Corefile:1: Unclosed "{" of "."'],
    [". {\n health {\n}\n", 'Corefile:1: Unclosed "{" of "."'],
    [". {\n}\n}\n", 'Corefile:3: Unexpected "}": no block is open'],
    [". {\n errors }\n", 'Corefile:2: Unexpected "}" after "errors"'],
    [".{\n errors\n}\n", 'Corefile:1: Expected a space before "{" in ".{"'],
    [". {\n health {\n lameduck 5s}\n}\n", 'Corefile:3: Expected "}" on a line of its own'],
  ])("is none of %j", (text, message) => {
    expect(() => format(text)).toThrow(message);
  });
});

const words =
  `{ } , " \\ # #x import (s) s x * . a.b :53 {$A} {%B%} "{" "a\\"b" log class é plugin from`
    .split(" ")
    .concat("\n", "\n", "\r\n", "\r", " ", "\t", "\uFEFF", "\0", "\u2028");
const word = fc.constantFrom(...words);
const line = fc.constantFrom(". {\n", "}\n", "(s) {\n", "import s\n", "a b {\n", "\n\n\n", "# x\n");
const text = fc.oneof(
  fc.array(word, { maxLength: 60 }).map((parts) => parts.join("")),
  fc.array(fc.oneof(word, line), { maxLength: 40 }).map((parts) => parts.join(" ")),
  fc.string({ unit: "binary", maxLength: 100 }),
);

it("formatting changes no meaning, and nothing the second time", () => {
  let count = 0;
  fc.assert(
    fc.property(text, (input) => {
      const once = formatted(input);
      if (once === undefined) return;
      count++;
      expect(meaningOf(once)).toBe(meaningOf(input));
      expect(format(once)).toBe(once);
    }),
    { numRuns: 5_000 },
  );
  expect(count).toBeGreaterThan(500);
});

it.each([
  ["comments", "#\n".repeat(300_000), true],
  ["open braces", `. ${"{ a ".repeat(100_000)}`, false],
  ["one long word", "a".repeat(1_000_000), true],
])("a lot of %s comes to an end", (_what, long, isGood) => {
  expect(formatted(long) !== undefined).toBe(isGood);
});
