import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Where imported files come from. */
export interface ConfigFiles {
  /** The text of a file; throws an Error if there is none to be had. */
  readonly readFile: (path: string) => string;
  /** Files that match a pattern with at most one `*` and one `?`, sorted. */
  readonly glob: (pattern: string) => readonly string[];
}

/** Those of the disk. */
export const diskFiles: ConfigFiles = { readFile: readRegularFile, glob: globFiles };

function readRegularFile(path: string): string {
  // Reading a device or a pipe could go on for ever.
  if (!statSync(path).isFile()) throw new Error("not a regular file");
  return readFileSync(path, "utf8");
}

/**
 * `*` stands for any characters of one path segment, also for a leading dot, `?` for one.
 * Folders do not match: the mount of a ConfigMap has some of its own (`..data`), which nobody
 * means.
 */
function globFiles(pattern: string): string[] {
  return expand(pattern).filter(isFile);
}

function expand(pattern: string): string[] {
  const folder = dirname(pattern);
  const last = basename(pattern);
  const folders = hasWildcard(folder) ? expand(folder) : [folder];
  return folders.flatMap((parent) => {
    return matchingNames(parent, last).map((name) => join(parent, name));
  });
}

function matchingNames(folder: string, pattern: string): string[] {
  if (!hasWildcard(pattern)) return [pattern];
  const literal = pattern.replaceAll(/[\\^$.+()[\]{}|]/g, "\\$&");
  const matcher = new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`, "su");
  return listFolder(folder)
    .filter((name) => matcher.test(name))
    .sort();
}

export function hasWildcard(path: string): boolean {
  return /[*?]/.test(path);
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
