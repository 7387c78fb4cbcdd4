import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../run-portolan.ts";
import { anchorsOf, linksOf } from "./links.ts";
import { readDocument } from "./readme.ts";

const pages = globSync("{*.md,{docs,deploy,src,test}/**/*.md}", { cwd: ROOT }).toSorted();

/** What is wrong with the links of a page. */
function deadLinks(page: string): string[] {
  const links = linksOf(page, readDocument(page));
  return links.flatMap(({ path, anchor }) => {
    if (!existsSync(join(ROOT, path))) return [`${page}: no file ${path}`];
    if (anchor === "" || !path.endsWith(".md")) return [];
    return anchorsOf(readDocument(path)).has(anchor) ? [] : [`${page}: no ${path}#${anchor}`];
  });
}

describe("documents", () => {
  it("lead to files and headings that are there", () => {
    expect(pages.length).toBeGreaterThan(60);
    expect(pages.flatMap(deadLinks)).toEqual([]);
  });

  it("have headings with the anchors that GitHub gives them", () => {
    const text =
      '# `a` of *b*\n## Say (it): once\n## Say (it): once\n```\n# no\n```\n<a id="x"></a>';
    expect([...anchorsOf(text)]).toEqual(["x", "a-of-b", "say-it-once", "say-it-once-1"]);
  });
});

describe("docs/README.md", () => {
  const linked = linksOf("docs/README.md", readDocument("docs/README.md")).map(({ path }) => path);
  const inDocs = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page));

  it("leads to every page of docs", () => {
    expect(inDocs.filter((page) => !linked.includes(page))).toEqual(["docs/README.md"]);
  });

  it("leads to each page once", () => {
    const own = linked.filter((path) => path.startsWith("docs/"));
    expect(own.filter((path, i) => own.indexOf(path) !== i)).toEqual([]);
  });
});
