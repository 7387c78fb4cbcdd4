import { expect, it } from "vitest";
import { parseMarkdown } from "../../deploy/man/markdown.ts";
import { roffOf } from "../../deploy/man/roff.ts";

function roff(markdown: string): string {
  return roffOf(parseMarkdown(markdown)).join("\n");
}

it.each([
  ["a `b-c` **D** *e*\nf", ".PP\na \\fBb\\-c\\fR \\fBD\\fR \\fIe\\fR\nf"],
  [".a\n'b", ".PP\n\\&.a\n\\&'b"],
  ["a\\b \u00b5 `a_*b*`", ".PP\na\\eb \\[u00B5] \\fBa_*b*\\fR"],
  ["[x](y.md) [z](https://z.example/)", ".PP\nx z (https://z.example/)"],
  ["## Two `words`\n### Three", '.SH "TWO WORDS"\n.SS "Three"'],
  ["```\n.a -b\n\n```", ".PP\n.RS 4\n.nf\n\\&.a \\-b\n\n.fi\n.RE"],
  [
    "- one\n  more\n- two\n  - three",
    ".IP \\(bu 2\none\nmore\n.IP \\(bu 2\ntwo\n.RS 2\n.IP \\(bu 2\nthree\n.RE",
  ],
  ["1. one\n\n   more", ".IP 1. 4\none\n.RS 4\n.PP\nmore\n.RE"],
  ["| a | b |\n|---|---|\n| `x` | y \\| z |", ".TP\n\\fBx\\fR\ny | z"],
  ["| a | b | c |\n|---|---|---|\n| x | y | z |", ".TP\nx\nb: y; c: z"],
])("%j becomes roff", (markdown, expected) => {
  expect(roff(markdown)).toBe(expected);
});

it("a fence that is not closed is an error", () => {
  expect(() => roff("```\na")).toThrow("a fence is not closed");
});
