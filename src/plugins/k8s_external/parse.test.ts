import { describe, expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { parseExternal } from "./parse.ts";

const DEFAULTS = { apex: "\u0003dns", ttlSeconds: 5, headless: false, fallthrough: [] };

describe("k8s_external [ZONE...] { ... }", () => {
  it.each([
    ["k8s_external", {}],
    ["k8s_external Example.org 10.0.0.0/24", { zones: ["example.org.", "0.0.10.in-addr.arpa."] }],
    [
      "k8s_external a.test {\nttl 0\napex Names\n}",
      { zones: ["a.test."], ttlSeconds: 0, apex: "\u0005names" },
    ],
    [
      "k8s_external a.test {\nttl 3600\nheadless\n}",
      { zones: ["a.test."], ttlSeconds: 3_600, headless: true },
    ],
    ["k8s_external a.test {\nfallthrough\n}", { zones: ["a.test."], fallthrough: ["."] }],
    [
      "k8s_external a.test {\nfallthrough b.a.test\n}",
      { zones: ["a.test."], fallthrough: ["b.a.test."] },
    ],
  ])("reads %s", (text, expected) => {
    const { zones, fallthrough, ...rest } = parseExternal(testDirective(text));
    const named = { zones: zones?.map(String), fallthrough: fallthrough.map(String), ...rest };
    expect(named).toEqual({ zones: undefined, ...DEFAULTS, ...expected });
  });

  it.each([
    ["ttl", "missing argument"],
    ["ttl -1", 'cannot parse "-1"'],
    ["ttl 3601", "more than 3600"],
    ["ttl soon", 'cannot parse "soon"'],
    ["apex", "missing argument"],
    ["apex a.b", 'bad apex "a.b"'],
    ["apex .", 'bad apex "."'],
    ["headless now", "headless"],
    ["upstream", 'unknown property "upstream"'],
  ])("refuses %s", (property, reason) => {
    const parse = (): unknown =>
      parseExternal(testDirective(`k8s_external a.test {\n${property}\n}`));
    expect(parse).toThrow(/^Corefile:\d: plugin\/k8s_external: /);
    expect(parse).toThrow(reason);
  });
});
