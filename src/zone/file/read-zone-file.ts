import { stat } from "node:fs/promises";
import { RrClass, formatRrClass } from "../../dns/iana/rr-class.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { checkZone } from "../check-zone.ts";
import { LOOK_RECORDS, Turn } from "../turn.ts";
import { ZoneData } from "../zone-data.ts";
import type { FaultRecords, ZoneFault } from "../zone-fault.ts";
import { EntryInterpreter } from "./entry-interpreter.ts";
import { ZoneFileError } from "./zone-file-error.ts";
import { ZoneFileWalk } from "./zone-file-walk.ts";

/** Of an entry of one record: to guess how many there are. */
const USUAL_ENTRY_OCTETS = 64;
/** Of a zone no more are told; the rest is counted. */
const MAX_WARNINGS = 100;

/** A zone as its file has it. */
export interface ReadZone {
  readonly data: ZoneData;
  /** What is odd and yet served; sentences. */
  readonly warnings: readonly string[];
}

/**
 * Reads a zone from a master file (RFC 1035 §5), in slices, so that nobody waits for it. What it includes has to be in the folder of the
 * file, or below.
 * @param origin of the zone, to which relative names belong until `$ORIGIN` says otherwise
 * @param known octets of the file, where somebody has looked already
 * @throws {ZoneFileError} if what is in it is no record, or the records make no zone, with file, line and column
 * @throws {Error} if a file cannot be read
 */
export async function readZoneFile(path: string, origin: Name, known?: number): Promise<ReadZone> {
  const octets = known ?? (await stat(path)).size;
  const data = new ZoneData(origin, octets / USUAL_ENTRY_OCTETS);
  const reader = new ZoneFileReader(path, data, octets);
  await reader.read();
  await reader.check();
  return reader;
}

class ZoneFileReader implements ReadZone {
  readonly data: ZoneData;
  readonly warnings: string[] = [];
  readonly #path: string;
  readonly #octets: number;
  #moreWarnings = 0;

  constructor(path: string, data: ZoneData, octets: number) {
    this.data = data;
    this.#path = path;
    this.#octets = octets;
  }

  async read(): Promise<void> {
    const walk = new ZoneFileWalk(this.#path, this.#octets, (record) => this.#add(record));
    const warn = (message: string): void => this.#warn(message);
    await walk.read(new EntryInterpreter(this.data.origin, warn));
  }

  /** Looks whether it is a zone, once all has been read. */
  async check(): Promise<void> {
    let count = 0;
    const turn = new Turn();
    for (const fault of checkZone(this.data, this.data.freeze())) {
      if (++count % LOOK_RECORDS === 0 && turn.isOver) await turn.next();
      if (!fault) continue;
      const message = `${fault.owner.toString()}: ${fault.message}`;
      if (fault.level === "error") throw await this.#errorOf(fault, message);
      this.#warn(message);
    }
    if (this.#moreWarnings > 0) this.warnings.push(`${this.#moreWarnings} more warnings`);
  }

  /** With the place of the last record that it is about: lines are not kept, so the file is read once more. */
  async #errorOf({ records }: ZoneFault, message: string): Promise<ZoneFileError> {
    let place = { path: this.#path, line: 1, column: 1 };
    const walk = new ZoneFileWalk(this.#path, this.#octets, (record, { tokens }, path) => {
      const [first] = tokens;
      if (first && records && isOneOf(records, record))
        place = { path, line: first.line, column: first.column };
    });
    if (records) await walk.read(new EntryInterpreter(this.data.origin));
    return new ZoneFileError(place.path, place, new SyntaxError(message));
  }

  #add(record: ResourceRecord): void {
    if (record.class !== RrClass.IN) {
      throw new SyntaxError(
        `Cannot read zone: a record of class ${formatRrClass(record.class)}, where all are IN`,
      );
    }
    if (!record.owner.isWithin(this.data.origin)) {
      this.#warn(`"${record.owner.toString()}" is not within the zone: left out`);
    } else if (this.data.add(record) === "other TTL") {
      const owner = record.owner.toString();
      this.#warn(`"${owner}" has an RRset with several TTLs: the first counts`);
    }
  }

  #warn(message: string): void {
    if (this.warnings.length < MAX_WARNINGS) this.warnings.push(message);
    else this.#moreWarnings++;
  }
}

function isOneOf({ owner, types, isBelow }: FaultRecords, record: ResourceRecord): boolean {
  if (types && !types.includes(record.type)) return false;
  if (isBelow) return record.owner.isWithin(owner) && !record.owner.equals(owner);
  return record.owner.equals(owner);
}
