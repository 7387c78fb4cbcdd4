import { randomBytes } from "node:crypto";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { formatRecord } from "../../dns/presentation.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";

/** No folder of zone files takes one for a zone: *auto* goes by `db.`. */
const TEMPORARY = "unfinished-";
/** Nobody writes so slowly: what is older was left behind by a process that is no more. */
const LEFT_BEHIND_MS = 3_600_000;
const CHUNK_CHARACTERS = 65_536;

export interface ZoneFileToWrite {
  readonly path: string;
  /** A line of comment at the beginning. */
  readonly comment: string;
  readonly slices: AsyncIterable<readonly ResourceRecord[]>;
  /** What the file's time of change is to be. */
  readonly at: Date;
  /** Who may read it; everybody by default. */
  readonly mode?: number;
}

/**
 * Writes a zone file beside its place and puts it there when it is whole, so that nobody ever reads half of one.
 * @returns how many records it has
 * @throws {Error} if it cannot be written, or the records end in an error; then nothing has changed
 */
export async function writeZoneFile(zone: ZoneFileToWrite): Promise<number> {
  const folder = dirname(zone.path);
  const prefix = `${TEMPORARY}${basename(zone.path).replace(/^db\./, "")}-`;
  await removeLeftBehind(folder, prefix);
  const temporary = join(folder, `${prefix}${randomBytes(6).toString("hex")}`);
  try {
    const records = await writeTo(temporary, zone);
    await rename(temporary, zone.path);
    await syncFolder(folder);
    return records;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Else a machine that fails may have the old file still. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeTo(path: string, zone: ZoneFileToWrite): Promise<number> {
  const { comment, slices, at, mode } = zone;
  const file = await open(path, "wx", mode);
  let records = 0;
  try {
    let text = `; ${comment}\n`;
    for await (const slice of slices) {
      records += slice.length;
      for (const record of slice) text += `${formatRecord(record)}\n`;
      if (text.length < CHUNK_CHARACTERS) continue;
      await file.writeFile(text);
      text = "";
    }
    await file.writeFile(text);
    await file.utimes(at, at);
    // Else a machine that fails may have the name and not what is in it.
    await file.sync();
  } finally {
    await file.close();
  }
  return records;
}

async function removeLeftBehind(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats && Date.now() - stats.mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
  }
}
