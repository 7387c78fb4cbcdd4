import { describe, expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { parseAutopath } from "./parse.ts";

function parse(text: string): unknown {
  const { zones, source } = parseAutopath(testDirective(text));
  const { at: _, ...from } = source;
  return { zones: zones?.map(String), ...from };
}

describe("autopath [ZONE...] RESOLV-CONF", () => {
  it.each([
    ["autopath @kubernetes", { plugin: "kubernetes" }],
    ["autopath my-resolv.conf", { file: "my-resolv.conf" }],
    [
      "autopath 10.0.0.0/24 Example.org @kubernetes",
      { plugin: "kubernetes", zones: ["0.0.10.in-addr.arpa.", "example.org."] },
    ],
  ])("reads %s", (text, expected) => {
    expect(parse(text)).toEqual({ zones: undefined, ...expected });
  });

  it.each([
    ["autopath", "takes 1 or more arguments, found none"],
    ["autopath @", 'bad search path "@"'],
    ["autopath @kubernetes {\nttl 5\n}", "has no properties"],
  ])("refuses %s", (text, reason) => {
    expect(() => parse(text)).toThrow(/^Corefile:\d: plugin\/autopath: /);
    expect(() => parse(text)).toThrow(reason);
  });
});
