import { setImmediate } from "node:timers/promises";
import { Rcode } from "../../dns/iana/rcode.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { ZoneChange } from "../../server/contract/zone-source.ts";
import { faultOfNames } from "../check-zone.ts";
import { readZoneFile } from "../file/read-zone-file.ts";
import type { FrozenZone } from "../zone-data.ts";
import { ZoneData } from "../zone-data.ts";
import { Zone, applyStrictly } from "../zone.ts";
import { checkPrerequisites } from "./prerequisites.ts";
import { isOfSigners, scanUpdates } from "./prescan.ts";
import type { UpdateMessage } from "./update-message.ts";
import type { UpdateVerdict } from "./update-verdict.ts";
import { refused } from "./update-verdict.ts";
import { readDatabase, slicesOf, writeDatabase } from "./zone-database.ts";
import { ZoneEdit } from "./zone-edit.ts";

/** Where a zone begins, and where it is kept. */
export interface ZonePlace {
  readonly origin: Name;
  /** The file that it is read from as long as there is no database. */
  readonly seed: string;
  /** Undefined for memory alone. */
  readonly database: string | undefined;
}

/** How large a zone may become. */
export interface ZoneLimits {
  readonly records: number;
  /** Of records in wire form, uncompressed. */
  readonly octets: number;
}

export interface UpdateTerms {
  readonly limits: ZoneLimits;
  /** Whether the one who asks may update that; asked when prerequisites are met (RFC 2136 §3.3). */
  readonly mayUpdate: (record: ResourceRecord) => boolean;
}

/** What became of an update. */
export interface Updated extends UpdateVerdict {
  /** Undefined if the zone is as it was. */
  readonly change?: ZoneChange;
  /** Why it could not be kept. */
  readonly trouble?: unknown;
}

/** Octets of memory that updates leave behind in a zone's data before it is made anew. */
const SPARE_OCTETS = 1 << 20;
const SLICE_OWNERS = 500;

/** A zone that is changed by updates, one after the other, each of them whole or not at all (RFC 2136 §3.7). */
export class UpdatedZone {
  readonly zone: Zone;
  readonly #place: ZonePlace;
  #octets = 0;
  #tidyOctets = 0;
  #last: Promise<unknown> = Promise.resolve();
  #loading: Promise<void> | undefined;

  constructor(place: ZonePlace) {
    this.#place = place;
    this.zone = new Zone(place.origin);
  }

  /** Reads it from its database, or where there is none from its seed; once. @throws {Error} if that is no zone */
  load(): Promise<void> {
    return (this.#loading ??= this.#load());
  }

  /** @throws {Error} if it is larger than that */
  checkSize({ records, octets }: ZoneLimits): void {
    const name = this.#place.origin.toString();
    const found = this.zone.data?.records ?? 0;
    if (found > records) throw new Error(`zone "${name}" has ${found} records, over ${records}`);
    if (this.#octets > octets)
      throw new Error(`zone "${name}" has ${this.#octets} octets, over ${octets}`);
  }

  /** Does what is asked for once those before have been done; never rejects. */
  update(message: UpdateMessage, terms: UpdateTerms): Promise<Updated> {
    const update = async (): Promise<Updated> => this.#update(message, terms);
    const done = this.#last.then(update).catch((trouble: unknown) => {
      return { rcode: Rcode.SERVFAIL, reason: "the update could not be kept", trouble };
    });
    this.#last = done;
    return done;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #load(): Promise<void> {
    const { origin, seed, database } = this.#place;
    const kept = database === undefined ? undefined : await readDatabase(database, origin);
    const data = kept ?? (await readZoneFile(seed, origin)).data;
    let count = 0;
    for (const { types, owner, rrsets } of data.freeze().owners()) {
      if (++count % SLICE_OWNERS === 0) await setImmediate();
      const signed = types.find((type) => isOfSigners(type));
      if (signed !== undefined) {
        const at = `"${owner().toString()}" has ${formatRrType(signed)} records`;
        throw new Error(
          `zone "${origin.toString()}" is signed, and would not be after an update: ${at}`,
        );
      }
      const headOctets = owner().wire.length + RECORD_OCTETS;
      for (const { rdata } of rrsets())
        for (const one of rdata) this.#octets += headOctets + one.length;
    }
    this.#tidyOctets = data.octets;
    this.zone.replace(data);
  }

  async #update(
    { prerequisites, updates }: UpdateMessage,
    { limits, mayUpdate }: UpdateTerms,
  ): Promise<Updated> {
    const { data, origin } = this.zone;
    if (!data) throw new TypeError("Cannot update zone: there is no version of it");
    const unmet = checkPrerequisites(data, prerequisites);
    if (unmet) return unmet;
    if (!updates.every(mayUpdate)) return refused("the key does not permit that");
    const malformed = scanUpdates(origin, updates);
    if (malformed) return malformed;
    const edit = new ZoneEdit(data);
    for (const record of updates) edit.apply(record);
    const change = edit.change();
    if (!change) return { rcode: Rcode.NOERROR };
    const octets = this.#octets + octetsOf(change.added) - octetsOf(change.removed);
    const count = data.records + change.added.length - change.removed.length;
    if (count > limits.records || octets > limits.octets)
      return refused("the zone would be too large");
    const next = this.zone.preview([change], (changed) => faultOf(changed, edit.names));
    if (typeof next === "string") return refused(next);
    await this.#keep(next, count, change);
    this.#octets = octets;
    return { rcode: Rcode.NOERROR, change };
  }

  async #keep(next: FrozenZone, count: number, change: ZoneChange): Promise<void> {
    const { database, origin } = this.#place;
    if (database !== undefined) await writeDatabase(database, origin, { zone: next, count });
    const { data } = this.zone;
    if (!data) throw new TypeError("Cannot update zone: there is no version of it");
    if (data.octets < 2 * this.#tidyOctets + SPARE_OCTETS) {
      const misfit = this.zone.tryApply([change], () => undefined);
      if (misfit !== undefined) throw new Error(misfit);
      return;
    }
    const tidy = await copyOf(data);
    applyStrictly(tidy, change);
    this.#tidyOctets = tidy.octets;
    this.zone.replace(tidy, change);
  }
}

/** Of a record besides owner and RDATA: type, class, TTL and length. */
const RECORD_OCTETS = 10;

function octetsOf(records: readonly ResourceRecord[]): number {
  return records.reduce((sum, { owner, rdata }) => {
    return sum + owner.wire.length + RECORD_OCTETS + rdata.length;
  }, 0);
}

function faultOf(data: ZoneData, names: readonly Name[]): string | undefined {
  const { origin, apex } = data;
  if (apex.hasDname && apex.hasNamesBelow)
    return `${origin.toString()}: a DNAME record with records below it`;
  const fault = faultOfNames(data, [origin, ...names]);
  return fault && `${fault.owner.toString()}: ${fault.message}`;
}

/** The same records without what is left of those before them. */
async function copyOf(data: ZoneData): Promise<ZoneData> {
  const copy = new ZoneData(data.origin, data.names);
  for await (const slice of slicesOf(data.freeze())) for (const record of slice) copy.add(record);
  return copy;
}
