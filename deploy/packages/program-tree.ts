import { copyFileSync, cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { fetchLockedPackage } from "../image/locked-package.ts";
import { unbundledTree } from "../image/portolan-tree.ts";
import { runTool } from "./run-tool.ts";
import type { Target } from "./targets.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Where completions are looked for. Debian has another place for zsh's. */
const COMPLETIONS = {
  bash: "share/bash-completion/completions/portolan",
  zsh: "share/zsh/site-functions/_portolan",
  fish: "share/fish/vendor_completions.d/portolan.fish",
} as const;

/**
 * Makes what is the same below /usr, /usr/local or a folder of one's own:
 *
 *     bin/portolan                       starts lib/portolan/node with the program
 *     lib/portolan/{node,serve}          Node itself; what the unit runs
 *     lib/portolan/{dist,node_modules}   the bundle that was built last, the packages that are not in it
 *     share/                             the manual, completions, licences
 */
export async function makeProgramTree(folder: string, target: Target): Promise<void> {
  const lib = join(folder, "lib/portolan");
  mkdirSync(lib, { recursive: true });
  copyBundle(lib);
  await putPackages(lib, target);
  for (const file of ["package.json", "LICENSE", "Corefile.example"]) {
    copyFileSync(join(ROOT, file), join(lib, file));
  }
  cpSync(join(ROOT, "deploy/examples"), join(lib, "deploy/examples"), { recursive: true });
  putProgram("portolan", join(folder, "bin/portolan"));
  putProgram("serve", join(lib, "serve"));
  putManual(join(folder, "share/man"));
  for (const [shell, path] of Object.entries(COMPLETIONS)) {
    put(join(folder, path), runTool(process.execPath, [join(ROOT, "dist/main.js"), "completion", shell]));
  }
  put(join(folder, "share/doc/portolan/copyright"), licences());
  copyFileSync(join(ROOT, "README.md"), join(folder, "share/doc/portolan/README.md"));
}

function put(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
}

function putProgram(name: string, path: string): void {
  put(path, readFileSync(join(import.meta.dirname, name)), 0o755);
}

/** Without the builds of before, and without maps. */
function copyBundle(lib: string): void {
  const main = readFileSync(join(ROOT, "dist/main.js"), "utf8");
  const build = /import ".\/(.*)\/main.js"/.exec(main)?.[1] ?? "";
  const names = globSync(`${build}/*.js`, { cwd: join(ROOT, "dist") });
  for (const name of ["main.js", "plugin.js", "bundled.json", ...names]) {
    put(join(lib, "dist", name), readFileSync(join(ROOT, "dist", name)));
  }
}

/** Of the packages the image has the same. */
async function putPackages(lib: string, { architecture }: Target): Promise<void> {
  const koffi = await fetchLockedPackage(architecture.koffi);
  for (const { path, content } of unbundledTree(architecture, koffi)) put(join(lib, path), content);
  const { files } = await fetchLockedPackage(architecture.node);
  for (const { path, content } of files) {
    if (path === "LICENSE") put(join(lib, "node-LICENSE"), content);
    if (path === "bin/node") put(join(lib, "node"), content, 0o755);
  }
}

function putManual(man: string): void {
  const pages = join(man, "pages");
  runTool(process.execPath, [join(ROOT, "deploy/man/main.ts"), pages]);
  for (const name of globSync("*.[17]", { cwd: pages })) {
    const page = gzipSync(readFileSync(join(pages, name)), { level: 9 });
    put(join(man, `man${name.at(-1)}`, `${name}.gz`), page);
  }
  runTool("rm", ["-r", pages]);
}

/** Portolan's, and those of the packages in the bundle; others have theirs beside them. */
function licences(): string {
  const bundled = JSON.parse(readFileSync(join(ROOT, "dist/bundled.json"), "utf8")) as {
    path: string;
    version: string;
  }[];
  const theirs = bundled.map(({ path, version }) => {
    const [file] = globSync("{LICEN[CS]E,licen[cs]e,COPYING}*", { cwd: join(ROOT, path) });
    const manifest = JSON.parse(readFileSync(join(ROOT, path, "package.json"), "utf8")) as { license?: string };
    const text = file === undefined ? `${manifest.license}\n` : readFileSync(join(ROOT, path, file), "utf8");
    return `\n---- ${path.replace(/^.*node_modules\//, "")} ${version} ----\n\n${text}`;
  });
  return readFileSync(join(ROOT, "LICENSE"), "utf8") + theirs.join("");
}
