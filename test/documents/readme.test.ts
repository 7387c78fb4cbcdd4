import { expect, it } from "vitest";
import { builtPlugins, readDocument } from "./readme.ts";

it("README.md names the plugins that are built", () => {
  const text = readDocument("README.md");
  const list = /These are built; [^\n]*:\n\n(.*?)\n\n/s.exec(text)?.[1] ?? "";
  const named = [...list.matchAll(/`([a-z0-9_]+)`/g)].map((match) => match[1]);
  expect(new Set(named)).toEqual(new Set([...builtPlugins.map(({ name }) => name), "import"]));
});
