import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { extname, isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What plugins import the contract by, wherever they lie. */
const CONTRACT = "portolan/plugin";
/** Of this very program, so that its classes are those that the server knows. */
const CONTRACT_URL = pathToFileURL(
  join(import.meta.dirname, `public-contract${extname(import.meta.filename)}`),
).href;
/** In the URL of a module and of what it imports by a relative path: which loading it belongs to. */
const LOADING = "portolan";
const PACKAGE = "portolan-package:";

/** Of each loading, its files and the digests of what was read. */
const loadings = new Map<string, Map<string, string>>();
let isInstalled = false;
let count = 0;

/** A module that was loaded, with all that it imports by relative paths. */
export interface Loaded {
  readonly exports: object;
  /** Digests by file. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Loads a module as it is now, whether it has been loaded before or not.
 * @param module an absolute path, or the name of a package
 * @param folder where the package is looked for from
 */
export async function loadModule(module: string, folder: string): Promise<Loaded> {
  install();
  const id = String(++count);
  const files = new Map<string, string>();
  loadings.set(id, files);
  try {
    const url = isAbsolute(module) ? pathToFileURL(module) : new URL(PACKAGE + module);
    url.searchParams.set(LOADING, id);
    if (!isAbsolute(module)) url.searchParams.set("folder", folder);
    return { exports: (await import(url.href)) as object, files };
  } finally {
    // What is imported later belongs to it, but was not there when it began.
    loadings.delete(id);
  }
}

export function digestOf(contents: Buffer): string {
  return createHash("sha256").update(contents).digest("hex");
}

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === CONTRACT) return { url: CONTRACT_URL, shortCircuit: true };
      if (specifier.startsWith(PACKAGE)) {
        const { pathname, searchParams } = new URL(specifier);
        const parentURL = pathToFileURL(join(searchParams.get("folder") ?? "", "Corefile")).href;
        const found = nextResolve(pathname, { ...context, parentURL });
        return { ...found, url: marked(found.url, searchParams.get(LOADING)) };
      }
      const found = nextResolve(specifier, context);
      const isRelative = specifier.startsWith("./") || specifier.startsWith("../");
      const id = isRelative ? loadingOf(context.parentURL) : null;
      return { ...found, url: marked(found.url, id) };
    },
    load(url, context, nextLoad) {
      const files = loadings.get(loadingOf(url) ?? "");
      if (files) {
        const path = fileURLToPath(url);
        files.set(path, digestOf(readFileSync(path)));
      }
      return nextLoad(url, context);
    },
  });
}

function loadingOf(url: string | undefined): string | null {
  return url?.startsWith("file:") === true ? new URL(url).searchParams.get(LOADING) : null;
}

function marked(url: string, id: string | null): string {
  if (id === null || !url.startsWith("file:")) return url;
  const one = new URL(url);
  one.searchParams.set(LOADING, id);
  return one.href;
}
