import { describe, expect, it } from "vitest";
import { TokenError, tokenize } from "./tokenizer.ts";

/** Each entry as its words, behind `-` if it begins with a blank. */
function words(text: string): string[][] {
  return [...tokenize(text)].map(({ tokens, startsWithBlank }) => [
    ...(startsWithBlank ? ["-"] : []),
    ...tokens.map(({ text, quoted }) => (quoted ? `<${text}>` : text)),
  ]);
}

describe("a master file", () => {
  it.each([
    ["blanks of all kinds", "a \t b\r\nc", [["a", "b"], ["c"]]],
    ["comments", "a ;b\n;c\n  ; d\nd", [["a"], ["d"]]],
    ["empty lines", "\n\n \n a\n\n", [["-", "a"]]],
    ["entries that repeat the owner", "a\n b\n\tc", [["a"], ["-", "b"], ["-", "c"]]],
    ["parentheses over lines", "a ( b ; one\n c\n) d\ne", [["a", "b", "c", "d"], ["e"]]],
    ["parentheses without blanks", "a(b)c", [["a", "b", "c"]]],
    ["parentheses behind one another", "a (b\n) (c\n) d", [["a", "b", "c", "d"]]],
    ["a parenthesis in place of the owner", " ( a\n )", [["-", "a"]]],
    ["a line that only closes", "a (\n)\n b", [["a"], ["-", "b"]]],
    ["quotes", 'a "b ; ( c" ""', [["a", "<b ; ( c>", "<>"]]],
    ["quotes over lines", 'a "b\n c;\n" d\ne', [["a", "<b\n c;\n>", "d"], ["e"]]],
    ["quotes side by side", '"a""b"c', [["<a>", "<b>", "c"]]],
    ["a quote behind a word", 'a"b c"', [["a", "<b c>"]]],
    ["a quote behind an equals sign", 'alpn="h2,h3" x', [["alpn=h2,h3", "x"]]],
    ["escapes, which stay", 'a\\ b \\; \\" "c\\"d"', [["a\\ b", "\\;", '\\"', '<c\\"d>']]],
    ["nothing", "", []],
  ])("is cut with regard to %s", (_, text, entries) => {
    expect(words(text)).toEqual(entries);
  });

  it("keeps the line of each word", () => {
    const [entry] = tokenize('\na (\n b\n "c\n" d )');
    expect(entry?.tokens.map((token) => token.line)).toEqual([2, 3, 4, 5]);
  });

  it.each([
    ['a\nb "c', 2],
    ['a\nb "c\nd', 2],
    ['a "b\n\nc" (\nd )\n"e', 5],
    ["a\nb ( ( c ) )", 2],
    ["a\n( b c )", 2],
    ["a\nb\0c", 2],
    ['a\n"b\0"', 2],
    ["a\nb ( c\nd", 2],
    ["a\nb )", 2],
    ["a \\", 1],
    ["a \\\nb", 1],
    ['"a\\', 1],
  ])("is refused with its line: %j", (text, line) => {
    let error: unknown;
    try {
      words(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TokenError);
    expect(error).toMatchObject({ line });
  });
});
