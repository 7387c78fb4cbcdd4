import { expect, it } from "vitest";
import { wrap } from "./wrap.ts";

it("a text is wrapped at blanks, and its lines hang behind the first's indent", () => {
  expect(wrap("one two three", "- ", 9)).toBe("- one two\n  three\n");
});

it("a word that is wider than the lines is broken", () => {
  expect(wrap("abcdefgh i", "", 3)).toBe("abc\ndef\ngh\ni\n");
});

it("no text is an empty line", () => {
  expect(wrap("", "")).toBe("\n");
});
