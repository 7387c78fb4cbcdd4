import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { plugins } from "../../src/plugins/index.ts";
import manifest from "../../package.json" with { type: "json" };
import type { Page } from "./pages.ts";
import { commandPage, documentPage, pageName, pluginPage } from "./pages.ts";

/**
 * Makes the manual of the table of commands, of the plugins' READMEs and of two guides:
 *
 *     node deploy/man/main.ts [FOLDER]    # dist/man if none is named
     man dist/man/portolan.1
 */
const ROOT = join(import.meta.dirname, "../..");
const [folder = join(ROOT, "dist/man")] = process.argv.slice(2);

/** What is no plugin's, and not of this program's developers. */
const GUIDES = [
  { name: "messages", summary: "what messages mean, and what to do", path: "docs/errors.md" },
  {
    name: "troubleshooting",
    summary: "why a name does not resolve",
    path: "docs/troubleshooting.md",
  },
];

function allPages(): Page[] {
  const names = plugins.flatMap((plugin) => (typeof plugin === "string" ? [] : [plugin.name]));
  const pages = [...names, ...GUIDES.map(({ name }) => name)].map((name) => `${pageName(name)}(7)`);
  return [
    ...COMMANDS.map((command) => commandPage(command, COMMANDS, manifest, pages)),
    ...names.map((name) => pluginPage(name, read(`src/plugins/${name}/README.md`), manifest)),
    ...GUIDES.map(({ name, summary, path }) => documentPage(name, summary, read(path), manifest)),
  ];
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

mkdirSync(folder, { recursive: true });
// Those of a build before, of what is no more.
for (const file of globSync("portolan*.[17]", { cwd: folder })) rmSync(join(folder, file));
for (const { file, text } of allPages()) writeFileSync(join(folder, file), text);
