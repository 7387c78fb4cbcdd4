import { open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { readZoneFile } from "../file/read-zone-file.ts";
import { writeZoneFile } from "../file/write-zone-file.ts";
import type { FrozenZone, ZoneData } from "../zone-data.ts";

/** Of its first line: a name of 255 octets takes up to 1,004 characters. */
const HEAD_OCTETS = 2_048;
const SLICE_RECORDS = 100;
/** Its owner alone reads and writes it. */
const MODE = 0o600;

/**
 * Reads a zone as `writeDatabase` has left it.
 * @returns undefined if there is no such file
 * @throws {Error} if it is not the zone's, or not whole
 */
export async function readDatabase(path: string, origin: Name): Promise<ZoneData | undefined> {
  const head = await readHead(path);
  if (head === undefined) return undefined;
  const [, zone, count] = /^; zone (.+) of dynupdate, (\d+) records\n/.exec(head) ?? [];
  if (zone === undefined) throw new Error(`"${path}" is no database of *dynupdate*`);
  if (zone !== headName(origin)) throw new Error(`"${path}" has the zone "${zone}"`);
  const { data } = await readZoneFile(path, origin);
  if (data.records === Number(count)) return data;
  throw new Error(`"${path}" has ${data.records} records, and says that it has ${count}`);
}

/**
 * Keeps a version of a zone: when this resolves, it is there whatever happens to the process or the machine.
 * @param count of its records
 */
export async function writeDatabase(
  path: string,
  origin: Name,
  { zone, count }: { readonly zone: FrozenZone; readonly count: number },
): Promise<void> {
  const comment = `zone ${headName(origin)} of dynupdate, ${count} records`;
  await writeZoneFile({ path, comment, slices: slicesOf(zone), at: new Date(), mode: MODE });
}

/** Records some at a time, so that nobody waits for all of them. */
export async function* slicesOf(zone: FrozenZone): AsyncGenerator<ResourceRecord[], void> {
  let slice: ResourceRecord[] = [];
  for (const record of zone.records()) {
    slice.push(record);
    if (slice.length < SLICE_RECORDS) continue;
    yield slice;
    slice = [];
    await setImmediate();
  }
  yield slice;
}

/** In lower case: the database of `Example.ORG` is that of `example.org`. */
function headName({ key }: Name): string {
  return Name.fromWire(key, key).toString();
}

async function readHead(path: string): Promise<string | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const buffer = Buffer.alloc(HEAD_OCTETS);
    const { bytesRead } = await file.read(buffer, 0, HEAD_OCTETS, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}
