import { readFile, stat } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ClusterObject } from "../cluster-source.ts";
import type { SnapshotEnd, SnapshotHeader } from "./format.ts";
import { FORMAT_VERSION, formatCrc } from "./format.ts";
import { Pace } from "./pace.ts";

const NEWLINE = 0x0a;
/** Octets that a checksum takes no millisecond for. */
const PIECE_OCTETS = 1 << 19;

export interface Snapshot {
  /** Unix time in milliseconds. */
  readonly savedAtMs: number;
  readonly octets: number;
  /** Objects that there should be. */
  readonly count: number;
  /** In pieces that no query notices. Throws SyntaxError at a line that is no JSON. */
  readonly objects: AsyncIterable<ClusterObject>;
}

/** The file cannot be used, and why. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
}

/**
 * Reads a file that `writeSnapshot` has written.
 *
 * @param selection must be the one that it was written with
 * @returns undefined if there is no file
 * @throws {SnapshotError} or an error of the file system
 */
export async function readSnapshot(path: string, selection: string): Promise<Snapshot | undefined> {
  const octets = await readOctets(path);
  if (!octets) return undefined;
  const start = octets.indexOf(NEWLINE) + 1;
  const header = parseLine(octets, 0, start) as Partial<SnapshotHeader> | null | undefined;
  if (header?.portolan !== "snapshot") throw new SnapshotError("not a snapshot");
  if (header.version !== FORMAT_VERSION) {
    throw new SnapshotError(`format version ${header.version}, expected ${FORMAT_VERSION}`);
  }
  const savedAtMs = Date.parse(header.time ?? "");
  if (Number.isNaN(savedAtMs)) throw new SnapshotError(`bad time "${header.time}"`);
  const stop = octets.lastIndexOf(NEWLINE, -2) + 1;
  const end = parseLine(octets, stop, octets.length) as Partial<SnapshotEnd> | null | undefined;
  if (!end?.objects || stop < start) throw new SnapshotError("truncated");
  if ((await checksum(octets.subarray(0, stop))) !== end.crc32) {
    throw new SnapshotError("the checksum differs");
  }
  if (header.selection !== selection) {
    throw new SnapshotError("written with other options, or for another cluster");
  }
  const count = Object.values(end.objects).reduce((sum, one) => sum + one, 0);
  return {
    savedAtMs,
    octets: octets.length,
    count,
    objects: parseObjects(octets.subarray(start, stop)),
  };
}

async function readOctets(path: string): Promise<Buffer | undefined> {
  try {
    // A pipe would be waited for without end.
    if (!(await stat(path)).isFile()) throw new SnapshotError("not a file");
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The JSON value of a line with its end; undefined if it is none. */
function parseLine(octets: Buffer, start: number, end: number): unknown {
  if (end === start || octets[end - 1] !== NEWLINE) return undefined;
  try {
    return JSON.parse(octets.toString("utf8", start, end));
  } catch {
    return undefined;
  }
}

async function checksum(octets: Buffer): Promise<string> {
  const pace = new Pace();
  let crc = 0;
  for (let at = 0; at < octets.length; at += PIECE_OCTETS) {
    crc = crc32(octets.subarray(at, at + PIECE_OCTETS), crc);
    if (pace.isOver) await pace.rest();
  }
  return formatCrc(crc);
}

async function* parseObjects(octets: Buffer): AsyncGenerator<ClusterObject> {
  const pace = new Pace();
  for (let at = 0; at < octets.length;) {
    const end = octets.indexOf(NEWLINE, at);
    yield JSON.parse(octets.toString("utf8", at, end)) as ClusterObject;
    at = end + 1;
    if (pace.isOver) await pace.rest();
  }
}
