import { expect, it } from "vitest";
import { plugins } from "../../src/plugins/index.ts";
import { builtPlugins, readDocument } from "./readme.ts";

it("README.md names the plugins that are built", () => {
  const text = readDocument("README.md");
  const list = /These are built; [^\n]*:\n\n(.*?)\n\n/s.exec(text)?.[1] ?? "";
  const named = [...list.matchAll(/`([a-z0-9_]+)`/g)].map((match) => match[1]);
  expect(new Set(named)).toEqual(new Set([...builtPlugins.map(({ name }) => name), "import"]));
});

it("README.md names, before anything is tried, the plugins that are not built", () => {
  const [first = ""] = readDocument("README.md").split("\n## ");
  const [, list = ""] = /these are not built, [^`]*:\n(.*)\n/.exec(first) ?? [];
  const named = [...list.matchAll(/`([a-z0-9_]+)`/g)].map((match) => match[1]);
  const missing = plugins.filter((entry) => typeof entry === "string");
  expect(named).toEqual(missing.toSorted());
});
