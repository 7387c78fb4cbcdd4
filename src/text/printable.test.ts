import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test.each([
  ["\u001b[2J", String.raw`\u{1b}[2J`],
  ["a\u009bb\u007f\r", String.raw`a\u{9b}b\u{7f}\u{d}`],
  ["\u202eabc\u2066\u2028", String.raw`\u{202e}abc\u{2066}\u{2028}`],
  ["a\n\tb", "a\n\tb"],
  ["/über/日本/😀", "/über/日本/😀"],
])("%j is printed as %s", (text, expected) => {
  expect(printable(text)).toBe(expected);
});
