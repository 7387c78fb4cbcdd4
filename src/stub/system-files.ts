import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import type { System } from "./system.ts";

/** Who has a file, and who may read it. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A file that is written beside another one, which it will replace. */
const NEW = ".portolan-new";

type Rooted = Pick<System, "root">;

/** @returns undefined if there is none, or it cannot be read */
export function readFile({ root }: Rooted, path: string): Buffer | undefined {
  try {
    return readFileSync(root + path);
  } catch {
    return undefined;
  }
}

/** "" if there is none. */
export function readText(system: Rooted, path: string): string {
  return readFile(system, path)?.toString() ?? "";
}

export function hasFile({ root }: Rooted, path: string): boolean {
  return existsSync(root + path);
}

/** Where a link leads, as it is written; undefined for all else. */
export function linkTarget({ root }: Rooted, path: string): string | undefined {
  try {
    return readlinkSync(root + path);
  } catch {
    return undefined;
  }
}

export function ownershipOf({ root }: Rooted, path: string): Ownership | undefined {
  try {
    const { mode, uid, gid } = lstatSync(root + path);
    return { mode: mode & 0o7777, uid, gid };
  } catch {
    return undefined;
  }
}

/** Folders that a file would need, the outermost first. */
export function missingFolders({ root }: Rooted, path: string): string[] {
  const missing: string[] = [];
  for (let at = dirname(path); at !== "/" && !existsSync(root + at); at = dirname(at)) {
    missing.unshift(at);
  }
  return missing;
}

export function makeFolders(system: Rooted, path: string): void {
  for (const folder of missingFolders(system, path)) mkdirSync(system.root + folder);
}

/** Those that are empty. */
export function removeFolders({ root }: Rooted, folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(root + folder);
    } catch {
      // Somebody else has put something in, or has removed it.
    }
  }
}

/**
 * Writes a file so that readers see all of the old one, or all of the new. What is mounted, as the resolv.conf of a
 * container, cannot be replaced and is written in its place.
 * @throws {Error} of the file system
 */
export function replaceFile(
  { root }: Rooted,
  path: string,
  octets: Uint8Array,
  ownership: Ownership = { mode: 0o644, uid: -1, gid: -1 },
): void {
  const beside = `${root}${path}${NEW}`;
  try {
    writeFileSync(beside, octets, { flush: true });
    chmodSync(beside, ownership.mode);
    if (ownership.uid >= 0) chownSync(beside, ownership.uid, ownership.gid);
    renameSync(beside, root + path);
    settle(dirname(root + path));
  } catch (cause) {
    removeUnfinished({ root }, path);
    if ((cause as NodeJS.ErrnoException).code !== "EBUSY") throw cause;
    writeFileSync(root + path, octets, { flush: true });
  }
}

/** Has a folder's names on disk, as far as its file system does that. */
function settle(folder: string): void {
  try {
    const descriptor = openSync(folder, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Windows opens no folders.
  }
}

export function removeFile({ root }: Rooted, path: string): void {
  rmSync(root + path, { force: true });
}

/** What a crash has left of one that was being written. */
export function removeUnfinished({ root }: Rooted, path: string): void {
  try {
    rmSync(root + path + NEW, { force: true });
  } catch {
    // Where nothing could be written there is nothing.
  }
}
