import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Corefile } from "../../src/corefile/corefile.ts";
import { parseCorefile } from "../../src/corefile/corefile.ts";
import type { Directive } from "../../src/corefile/directive.ts";
import type { AnyPlugin } from "../../src/server/contract/plugin.ts";
import { plugins } from "../../src/plugins/index.ts";
import { ROOT } from "../run-portolan.ts";

/** What is built, each with its README. */
export const builtPlugins: readonly AnyPlugin[] = plugins.filter(
  (entry) => typeof entry !== "string",
);

/** All documents with Corefiles in them, relative to the root of the repository. */
export const documents: readonly string[] = globSync(
  "{README.md,docs/zones.md,src/plugins/*/README.md}",
  {
    cwd: ROOT,
  },
).toSorted();

export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

export function readmeOf({ name }: AnyPlugin): string {
  return readDocument(`src/plugins/${name}/README.md`);
}

/** The text below a heading of the second level; "" if there is none. */
export function section(markdown: string, title: string): string {
  const [, ...sections] = markdown.split(/^## /m);
  const found = sections.find((one) => one.startsWith(`${title}\n`));
  return found?.slice(title.length) ?? "";
}

/** The Corefiles in a document. */
export function corefilesIn(markdown: string): string[] {
  return [...markdown.matchAll(/```corefile\n(.*?)```/gs)].map((match) => match[1] ?? "");
}

export function parseDocumented(text: string, file: string): Corefile {
  return { blocks: parseCorefile(text, file, { env: {} }), files: [], digest: "" };
}

/** Where a plugin's README uses its own directive first. */
export function documentedDirective(plugin: AnyPlugin): Directive {
  const blocks = corefilesIn(readmeOf(plugin)).flatMap(
    (text) => parseDocumented(text, "README.md").blocks,
  );
  const all = blocks.flatMap(({ directives }) => directives);
  const found = all.find(({ name }) => name.text === plugin.name);
  if (!found) throw new TypeError(`README of ${plugin.name} shows no directive`);
  return found;
}
