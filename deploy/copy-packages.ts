import { cpSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * Copies installed packages, and what they need at run time, out of one node_modules folder into another:
 *
 *     node deploy/copy-packages.ts FROM TO NAME...
 *
 * The image has the bundle and those few packages that cannot be bundled, not all that the bundle was made of.
 */
function copyPackages(from: string, to: string, names: readonly string[]): void {
  for (const folder of packageFolders(from, names)) {
    cpSync(folder, join(to, relative(from, folder)), {
      recursive: true,
      dereference: true,
      // What lies below it and is needed is in the set by itself.
      filter: (path) =>
        path === folder || !relative(folder, path).split("/").includes("node_modules"),
    });
  }
}

/** Where the given packages, and what they need at run time, are below the node_modules folder `from`. */
export function packageFolders(from: string, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const name of names) collect(from, from, name, found);
  return found;
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

function collect(top: string, dependent: string, name: string, found: Set<string>): void {
  const folder = resolveFolder(top, dependent, name);
  if (folder === undefined)
    throw new Error(`Cannot copy package "${name}": not installed in "${top}"`);
  if (found.has(folder)) return;
  found.add(folder);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const optional = Object.keys(manifest.optionalDependencies ?? {});
  for (const needed of Object.keys(manifest.dependencies ?? {})) {
    if (!optional.includes(needed)) collect(top, folder, needed, found);
  }
  // Of packages for one platform only those for this one are installed.
  for (const wanted of optional) {
    if (resolveFolder(top, folder, wanted) !== undefined) collect(top, folder, wanted, found);
  }
}

/** As Node looks for it: in the node_modules folder of the dependent, then of the folders above it. */
function resolveFolder(top: string, dependent: string, name: string): string | undefined {
  for (let folder = dependent; folder.startsWith(top) && folder !== top; folder = dirname(folder)) {
    const nested = join(folder, "node_modules", name);
    if (existsSync(join(nested, "package.json"))) return nested;
  }
  const hoisted = join(top, name);
  return existsSync(join(hoisted, "package.json")) ? hoisted : undefined;
}

if (import.meta.main) {
  const [from, to, ...names] = process.argv.slice(2);
  if (from === undefined || to === undefined || names.length === 0) {
    throw new Error("Usage: node deploy/copy-packages.ts FROM TO NAME...");
  }
  copyPackages(from, to, names);
}
