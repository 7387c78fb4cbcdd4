import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { testDirective } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { MetadataLabels } from "./metadata.ts";

const at = testDirective("log . {/a/b}").name;

describe("metadata", () => {
  it("comes from the first plugin that provides it, whoever was made first", () => {
    const labels = new MetadataLabels([]);
    const value = labels.ask("a/b", at);
    labels.provide({ "a/b": ({ qname }) => `of ${qname.toString()}` });
    labels.provide({ "a/b": () => "second" });
    labels.check();
    expect(value(testQuery("x.test."))).toBe("of x.test.");
    expect([labels.isAsked("a/b"), labels.isAsked("a/c")]).toEqual([true, false]);
    for (const label of ["a/b/c", "a/b/d/e"]) labels.ask(label, at);
    expect([...labels.askedOf("a/b/")]).toEqual(["c", "d/e"]);
  });

  it("of labels that only the query says is looked up then", () => {
    const labels = new MetadataLabels([]);
    labels.provide({ "a/b": () => "b", "c/": (_query, rest) => `c of ${rest}` });
    const query = testQuery("x.test.");
    expect(["a/b", "c/d/e", "c/", "c", "d/e"].map((label) => labels.find(label, query))).toEqual([
      "b",
      "c of d/e",
      "",
      "",
      "",
    ]);
  });

  it("is of the query as the client asked it, and of the zones that have any", () => {
    const labels = new MetadataLabels([Name.parse("test.")]);
    labels.provide({ "a/b": ({ qname }) => qname.toString() });
    const value = labels.ask("a/b", at);
    const rewritten = testQuery("x.test.").derive({ qname: Name.parse("other.") });
    expect(value(rewritten)).toBe("x.test.");
    expect(value(rewritten.derive({ isOwn: true }))).toBe("");
    expect(value(testQuery("other."))).toBe("");
  });

  it("that a plugin notes on the way is the client's query's, but not that of our own questions", () => {
    const query = testQuery("x.test.");
    const rewritten = query.derive({ qname: Name.parse("other.") });
    rewritten.derive({ isOwn: true }).note("a/own", "1");
    rewritten.note("a/b", "2");
    expect([query.noteOf("a/b"), rewritten.noteOf("a/b"), query.noteOf("a/own")]).toEqual([
      "2",
      "2",
      "",
    ]);
  });

  it("that nobody provides is an error at the word that asks for it", () => {
    const labels = new MetadataLabels([]);
    labels.ask("a/c", at);
    expect(() => labels.check()).toThrow(/^Corefile:2: .*"a\/c": no plugin of the block has any$/);
    labels.provide({ "a/b": () => "", "c/": () => "" });
    expect(() => labels.check()).toThrow('"a/c": known: a/b c/NAME');
  });

  it("without the directive is an error, provided or not", () => {
    const labels = new MetadataLabels(undefined);
    labels.check();
    labels.provide({ "a/b": () => "b" });
    const value = labels.ask("a/b", at);
    expect(() => labels.check()).toThrow('Corefile:2: plugin/log: no metadata "a/b": the server');
    expect([value(testQuery("x.")), labels.find("a/b", testQuery("x."))]).toEqual(["", ""]);
  });

  it.each(["", "a", "/a", "a/", "/"])("has no label %j", (label) => {
    expect(() => new MetadataLabels([]).ask(label, at)).toThrow(
      `Corefile:2: plugin/log: "${label}"`,
    );
  });
});
