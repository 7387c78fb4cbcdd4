import type { BigIntStats } from "node:fs";
import { glob, readdir, realpath, stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path";

export interface FoundFiles {
  /** In the order in which they count, each once. */
  readonly files: ReadonlyMap<string, BigIntStats>;
  /** Where changes to them show. */
  readonly folders: ReadonlySet<string>;
  /** `"shop": permission denied`; what is below is unknown, not gone. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** So that `manifests /` ends. */
const MAX_ENTRIES = 10_000;

const EXTENSIONS = new Set([".yaml", ".yml", ".json"]);

/** Whether a path stands for those that match it; a file of that very name comes first. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/**
 * Finds the manifests that are meant by paths: files, folders with all that is below them, and
 * globs. In a folder, names that begin with a dot are left out: the way a ConfigMap is
 * mounted, they hold every file a second time.
 */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const search = new FileSearch();
  for (const path of paths) await search.add(path);
  return search;
}

class FileSearch implements FoundFiles {
  readonly files = new Map<string, BigIntStats>();
  readonly folders = new Set<string>();
  readonly unreadable = new Map<string, string>();
  /** Real paths: a link may lead back up, two paths to one file. */
  readonly #seen = new Set<string>();
  #isFull = false;

  async add(path: string): Promise<void> {
    const stats = await this.#try(path, () => stat(path, { bigint: true }));
    if (!stats && isGlob(path)) return this.#addGlob(path);
    if (stats?.isDirectory()) await this.#addFolder(path);
    else if (stats) {
      this.folders.add(dirname(path));
      await this.#addFile(path, stats);
    }
    await this.#expect(path, "no such file or folder");
  }

  /**
   * What is named in the configuration ought to be there: if it is not, also if it went while it
   * was being looked at, that is no deletion of what is in it.
   */
  async #expect(path: string, reason: string): Promise<boolean> {
    if (await this.#try(path, () => stat(path))) return true;
    if (!this.unreadable.has(path)) this.unreadable.set(path, reason);
    this.folders.add(await nearestFolder(path));
    return false;
  }

  async #addGlob(pattern: string): Promise<void> {
    const top = fixedFolder(pattern);
    if (!(await this.#expect(top, "no such folder"))) return;
    this.folders.add(top);
    const matches: string[] = [];
    await this.#try(pattern, async () => {
      for await (const path of glob(pattern)) matches.push(path);
    });
    for (const path of matches.sort()) {
      await this.#addEntry(path);
      this.folders.add(dirname(path));
    }
    await this.#expect(top, "no such folder");
  }

  async #addFolder(path: string): Promise<void> {
    if (!(await this.#isNew(path))) return;
    this.folders.add(path);
    const names = (await this.#try(path, () => readdir(path))) ?? [];
    for (const name of names.sort()) {
      if (!name.startsWith(".")) await this.#addEntry(join(path, name));
    }
  }

  /** What is in a folder or matches a glob may be something else than a manifest. */
  async #addEntry(path: string): Promise<void> {
    const stats = await this.#try(path, () => stat(path, { bigint: true }));
    if (stats?.isDirectory()) return this.#addFolder(path);
    if (!stats || (stats.isFile() && !EXTENSIONS.has(extname(path)))) return;
    await this.#addFile(path, stats);
  }

  /** Opening a named pipe would wait for its writer, and a device may never end. */
  async #addFile(path: string, stats: BigIntStats): Promise<void> {
    if (!stats.isFile()) this.unreadable.set(path, `is ${kindOf(stats)}, not a file`);
    else if (await this.#isNew(path)) this.files.set(path, stats);
  }

  async #isNew(path: string): Promise<boolean> {
    const real = await this.#try(path, () => realpath(path));
    if (real === undefined || this.#seen.has(real)) return false;
    if (this.#seen.size <= MAX_ENTRIES) this.#seen.add(real);
    if (this.#seen.size <= MAX_ENTRIES) return true;
    if (!this.#isFull) this.unreadable.set(path, `more than ${MAX_ENTRIES} files and folders`);
    this.#isFull = true;
    return false;
  }

  /** @returns undefined for what is not there, or cannot be read */
  async #try<T>(path: string, action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code !== "ENOENT" && code !== "ENOTDIR") {
        this.unreadable.set(path, error instanceof Error ? error.message : String(error));
      }
      return undefined;
    }
  }
}

/** Where it shows that a path which is not there comes back. */
async function nearestFolder(path: string): Promise<string> {
  const folder = dirname(path);
  const isThere = await stat(folder).then(
    () => true,
    () => folder === dirname(folder),
  );
  return isThere ? folder : nearestFolder(folder);
}

function kindOf(stats: BigIntStats): string {
  if (stats.isFIFO()) return "a named pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

/** The part of a glob before its first wildcard. */
function fixedFolder(pattern: string): string {
  const parts = pattern.split("/");
  const fixed = parts.slice(0, parts.findIndex(isGlob)).join("/");
  return fixed === "" && pattern.startsWith("/") ? "/" : fixed || ".";
}
