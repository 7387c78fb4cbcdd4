import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { Name } from "../../dns/name.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { parseZoneFile } from "../../dns/zone-file.ts";
import { checkZone } from "../check-zone.ts";
import { ZoneData } from "../zone-data.ts";

/** Records between two looks at what else there is to do. */
const SLICE_RECORDS = 500;

/** A zone as its file has it. */
export interface ReadZone {
  readonly data: ZoneData;
  /** What is odd and yet served; sentences. */
  readonly warnings: readonly string[];
}

/**
 * Reads a zone from a master file (RFC 1035 §5), in slices, so that nobody waits for it.
 * @param origin of the zone, to which relative names belong until `$ORIGIN` says otherwise
 * @throws {Error} if the file cannot be read, is none, or what is in it makes no zone; with file and line where there is one
 */
export async function readZoneFile(path: string, origin: Name): Promise<ReadZone> {
  const data = new ZoneData(origin);
  const warnings: string[] = [];
  const text = await readFile(path, "utf8");
  let count = 0;
  for (const record of parseZoneFile(text, { origin, file: path })) {
    if (record.class !== RrClass.IN)
      throw new SyntaxError(`${path}: a record of another class than IN`);
    if (!record.owner.isWithin(origin)) {
      warnings.push(`"${record.owner.toString()}" is not within the zone: left out`);
      continue;
    }
    data.add(record);
    if (++count % SLICE_RECORDS === 0) await setImmediate();
  }
  for (const fault of checkZone(data, data.freeze())) {
    if (++count % SLICE_RECORDS === 0) await setImmediate();
    if (!fault) continue;
    const message = `${fault.owner.toString()}: ${fault.message}`;
    if (fault.level === "error") throw new SyntaxError(`${path}: ${message}`);
    warnings.push(message);
  }
  return { data, warnings };
}
