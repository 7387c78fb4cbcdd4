import { readFileSync, readdirSync, statSync } from "node:fs";
import { readFile, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Where imported files come from. */
export interface ConfigFiles {
  /** The text of a file; throws an Error if there is none to be had. */
  readonly readFile: (path: string) => string;
  /** Files that match a pattern with at most one `*` and one `?`, sorted. */
  readonly glob: (pattern: string) => readonly string[];
}

/** What is asked of a file system. */
export interface Disk {
  /** Throws an Error if it cannot be read, or is no regular file: a pipe could go on for ever. */
  readonly readFile: (path: string) => string;
  /** Names in a folder; none if there is no such folder. */
  readonly list: (folder: string) => readonly string[];
  readonly isFile: (path: string) => boolean;
}

/** Those of the disk; whoever asks waits for it. */
export const diskFiles: ConfigFiles = filesOf({
  readFile(path) {
    if (!statSync(path).isFile()) throw new Error("not a regular file");
    return readFileSync(path, "utf8");
  },
  list(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
});

/**
 * Those of the disk for somebody who must not wait, as the disk may hang for ever. What has been
 * fetched is answered; all else is noted, and answered as if it were not there until it is fetched.
 */
export class FetchedFiles {
  readonly #answers = new Map<string, () => unknown>();
  readonly #missing = new Map<string, () => Promise<unknown>>();
  readonly files: ConfigFiles = filesOf({
    readFile: (path) => this.#ask(`read ${path}`, () => readRegularFile(path), ""),
    list: (folder) => this.#ask(`list ${folder}`, () => readdir(folder).catch(() => []), []),
    isFile: (path) => this.#ask(`look ${path}`, () => isRegularFile(path), false),
  });

  /** Reads the main file, which may be what an import may not: a pipe, say. */
  main(path: string): string {
    return this.#ask(`main ${path}`, () => readFile(path, "utf8"), "");
  }

  /** Fetches what was asked for in vain. @returns whether there was such a thing. */
  async fetch(): Promise<boolean> {
    const missing = [...this.#missing];
    this.#missing.clear();
    for (const [question, answer] of missing) this.#answers.set(question, await settle(answer()));
    return missing.length > 0;
  }

  #ask<T>(question: string, fetch: () => Promise<T>, meanwhile: T): T {
    const answer = this.#answers.get(question);
    if (answer) return answer() as T;
    this.#missing.set(question, fetch);
    return meanwhile;
  }
}

/** What gives the result, or throws the reason, whenever it is asked. */
async function settle(result: Promise<unknown>): Promise<() => unknown> {
  try {
    const value = await result;
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

async function readRegularFile(path: string): Promise<string> {
  if (!(await stat(path)).isFile()) throw new Error("not a regular file");
  return readFile(path, "utf8");
}

async function isRegularFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}

export function filesOf(disk: Disk): ConfigFiles {
  return {
    readFile: disk.readFile,
    glob: (pattern) => expand(pattern, disk).filter((path) => disk.isFile(path)),
  };
}

/**
 * `*` stands for any characters of one path segment, also for a leading dot, `?` for one.
 * Folders do not match: the mount of a ConfigMap has some of its own (`..data`), which nobody
 * means.
 */
function expand(pattern: string, disk: Disk): string[] {
  const folder = dirname(pattern);
  const last = basename(pattern);
  const folders = hasWildcard(folder) ? expand(folder, disk) : [folder];
  return folders.flatMap((parent) => {
    return matchingNames(parent, last, disk).map((name) => join(parent, name));
  });
}

function matchingNames(folder: string, pattern: string, disk: Disk): string[] {
  if (!hasWildcard(pattern)) return [pattern];
  const literal = pattern.replaceAll(/[\\^$.+()[\]{}|]/g, "\\$&");
  const matcher = new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`, "su");
  return disk
    .list(folder)
    .filter((name) => matcher.test(name))
    .sort();
}

export function hasWildcard(path: string): boolean {
  return /[*?]/.test(path);
}
