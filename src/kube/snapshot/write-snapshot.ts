import { randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { ClusterObject } from "../cluster-source.ts";
import type { SnapshotEnd, SnapshotHeader } from "./format.ts";
import { formatCrc } from "./format.ts";
import { Pace } from "./pace.ts";

/** Of a temporary file: whoever wrote it for so long is gone. */
const ABANDONED_MS = 600_000;
const TEMPORARY = /^\.[0-9a-f]{16}\.tmp$/;

export interface WrittenSnapshot {
  readonly octets: number;
  /** See {@link fileIdentity}. */
  readonly identity: string;
}

/**
 * Writes a snapshot in pieces that no query notices, and puts it in the place of the old one
 * when it is whole and on the disk.
 */
export async function writeSnapshot(
  path: string,
  header: SnapshotHeader,
  objects: Iterable<ClusterObject>,
): Promise<WrittenSnapshot> {
  await removeAbandoned(path);
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  try {
    const octets = await writeFile(temporary, header, objects);
    const identity = await fileIdentity(temporary);
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return { octets, identity };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeFile(
  path: string,
  header: SnapshotHeader,
  objects: Iterable<ClusterObject>,
): Promise<number> {
  const handle = await open(path, "wx", 0o600);
  try {
    return await writeAll(handle, header, objects);
  } finally {
    await handle.close();
  }
}

async function writeAll(
  handle: FileHandle,
  header: SnapshotHeader,
  objects: Iterable<ClusterObject>,
): Promise<number> {
  const pace = new Pace();
  const counts: Record<string, number> = {};
  let text = `${JSON.stringify(header)}\n`;
  let octets = 0;
  let crc = 0;
  const flush = async (): Promise<void> => {
    const piece = Buffer.from(text);
    text = "";
    crc = crc32(piece, crc);
    octets += piece.length;
    await handle.appendFile(piece);
  };
  for (const object of objects) {
    text += `${JSON.stringify(object)}\n`;
    counts[object.kind] = (counts[object.kind] ?? 0) + 1;
    if (!pace.isOver) continue;
    await flush();
    await pace.rest();
  }
  await flush();
  const end: SnapshotEnd = { objects: counts, crc32: formatCrc(crc) };
  text = `${JSON.stringify(end)}\n`;
  await flush();
  await handle.sync();
  return octets;
}

/** What tells a file from one that somebody else has put in its place; "" if there is none. */
export async function fileIdentity(path: string): Promise<string> {
  try {
    const { dev, ino, mtimeMs, size } = await stat(path);
    return [dev, ino, mtimeMs, size].join(":");
  } catch {
    return "";
  }
}

/** So that the new name survives a loss of power; not every file system can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file itself is safe.
  }
}

/** What a process left behind that was killed while it wrote. */
async function removeAbandoned(path: string): Promise<void> {
  const folder = dirname(path);
  const base = basename(path);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(base) || !TEMPORARY.test(name.slice(base.length))) continue;
    const temporary = join(folder, name);
    const found = await stat(temporary).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(temporary, { force: true });
  }
}
