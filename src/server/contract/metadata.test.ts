import { describe, expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { MetadataLabels } from "./metadata.ts";

const at = testDirective("log . {/a/b}").name;

describe("metadata", () => {
  it("comes from the first plugin that provides it, whoever was made first", () => {
    const labels = new MetadataLabels();
    const value = labels.ask("a/b", at);
    labels.provide({ "a/b": ({ qname }) => `of ${qname.toString()}` });
    labels.provide({ "a/b": () => "second" });
    labels.check();
    expect(value(testQuery("x.test."))).toBe("of x.test.");
    expect([labels.isAsked("a/b"), labels.isAsked("a/c")]).toEqual([true, false]);
  });

  it("that nobody provides is an error at the word that asks for it", () => {
    const labels = new MetadataLabels();
    labels.ask("a/c", at);
    expect(() => labels.check()).toThrow(/^Corefile:2: .*"a\/c": no plugin of the block has any$/);
    labels.provide({ "a/b": () => "" });
    expect(() => labels.check()).toThrow('"a/c": known: a/b');
  });
});
