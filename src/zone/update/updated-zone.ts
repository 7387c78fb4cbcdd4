import { setImmediate } from "node:timers/promises";
import { Rcode } from "../../dns/iana/rcode.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { ZoneChange } from "../../server/contract/zone-source.ts";
import { readZoneFile } from "../file/read-zone-file.ts";
import { ZoneData } from "../zone-data.ts";
import { Zone, applyStrictly } from "../zone.ts";
import type {
  AskedUpdate,
  DecidedUpdates,
  Updated,
  UpdateTerms,
  ZoneLimits,
} from "./decide-updates.ts";
import { RECORD_OCTETS, decideUpdates } from "./decide-updates.ts";
import { isOfSigners } from "./prescan.ts";
import type { UpdateMessage } from "./update-message.ts";
import { readDatabase, slicesOf, writeDatabase } from "./zone-database.ts";

/** Where a zone begins, and where it is kept. */
export interface ZonePlace {
  readonly origin: Name;
  /** The file that it is read from as long as there is no database. */
  readonly seed: string;
  /** Undefined for memory alone. */
  readonly database: string | undefined;
}

/** Octets of memory that updates leave behind in a zone's data before it is made anew. */
const SPARE_OCTETS = 1 << 20;
const SLICE_OWNERS = 500;
/** Of updates that are done together, unless one alone has more: no turn of the event loop takes more. */
const TOGETHER_RECORDS = 256;

interface WaitingUpdate extends AskedUpdate {
  readonly resolve: (updated: Updated) => void;
}

const FAILED: Updated = { rcode: Rcode.SERVFAIL, reason: "the update could not be kept" };

/** A zone that is changed by updates, one after the other, each of them whole or not at all (RFC 2136 §3.7). */
export class UpdatedZone {
  readonly zone: Zone;
  readonly #place: ZonePlace;
  #octets = 0;
  #tidyOctets = 0;
  readonly #waiting: WaitingUpdate[] = [];
  /** Undefined while nobody waits. */
  #working: Promise<void> | undefined;
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
    const { promise, resolve } = Promise.withResolvers<Updated>();
    this.#waiting.push({ message, terms, resolve });
    this.#working ??= this.#work();
    return promise;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#working;
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

  /** Goes on as long as somebody waits: what came while the database was written is written together. */
  async #work(): Promise<void> {
    while (this.#waiting.length > 0) await this.#doTogether(this.#takeWaiting());
    this.#working = undefined;
  }

  #takeWaiting(): WaitingUpdate[] {
    let records = 0;
    const tooMany = this.#waiting.findIndex(({ message: { prerequisites, updates } }, i) => {
      records += prerequisites.length + updates.length;
      return i > 0 && records > TOGETHER_RECORDS;
    });
    return this.#waiting.splice(0, tooMany < 0 ? this.#waiting.length : tooMany);
  }

  async #doTogether(waiting: readonly WaitingUpdate[]): Promise<void> {
    const results = await this.#resultsOf(waiting);
    waiting.forEach(({ resolve }, i) => resolve(results[i] ?? FAILED));
  }

  async #resultsOf(waiting: readonly AskedUpdate[]): Promise<readonly Updated[]> {
    let results: readonly Updated[] = [];
    try {
      const decided = decideUpdates(this.zone, waiting, this.#octets);
      ({ results } = decided);
      if (decided.changes.length === 0) return results;
      await this.#keep(decided);
      this.#octets = decided.octets;
      return results;
    } catch (trouble) {
      // Those behind the first change have been judged by what is not so.
      const first = results.findIndex(({ change }) => change !== undefined);
      return waiting.map((_, i) => (i < first && results[i]) || { ...FAILED, trouble });
    }
  }

  async #keep({ next, count, changes }: DecidedUpdates): Promise<void> {
    const { database, origin } = this.#place;
    if (database !== undefined) await writeDatabase(database, origin, { zone: next, count });
    const { data } = this.zone;
    if (!data) throw new TypeError("Cannot update zone: there is no version of it");
    if (data.octets < 2 * this.#tidyOctets + SPARE_OCTETS) {
      await this.zone.endReplies();
      return this.#apply(changes);
    }
    const [first, ...others] = changes;
    if (!first) return;
    const tidy = await copyOf(data);
    applyStrictly(tidy, first);
    this.#tidyOctets = tidy.octets;
    await this.zone.endReplies();
    this.zone.replace(tidy, first);
    if (others.length > 0) this.#apply(others);
  }

  #apply(changes: readonly ZoneChange[]): void {
    const misfit = this.zone.tryApply(changes, () => undefined);
    if (misfit !== undefined) throw new Error(misfit);
  }
}

/** The same records without what is left of those before them. */
async function copyOf(data: ZoneData): Promise<ZoneData> {
  const copy = new ZoneData(data.origin, data.names);
  for await (const slice of slicesOf(data.freeze())) for (const record of slice) copy.add(record);
  return copy;
}
