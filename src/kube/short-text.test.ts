import { expect, it } from "vitest";
import { shortText } from "./short-text.ts";

it.each([
  ["leaves a line alone", 'kind: "Sërvice" is 3', 'kind: "Sërvice" is 3'],
  ["makes one line of several", "a\n  b\r\n\tc\n", "a b c"],
  [
    "strips control characters, lone surrogates and octets that are no UTF-8",
    "a\u001B[31m\u0000\uFFFD\uD800b\u202E",
    "a [31m b",
  ],
  ["cuts at 200 characters", "x".repeat(201), `${"x".repeat(200)}...`],
  ["keeps 200 characters", "x".repeat(200), "x".repeat(200)],
  ["cuts what begins with much that is not printable", `${"\0".repeat(5_000)}x`, "..."],
])("%s", (_, text, expected) => {
  expect(shortText(text)).toBe(expected);
});
