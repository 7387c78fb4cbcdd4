import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { canonicalRdata } from "../../dns/rdata/canonical-rdata.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { ZoneChange } from "../../server/contract/zone-source.ts";
import { isLaterSerial } from "../serial.ts";
import type { ZoneData } from "../zone-data.ts";
import { mayGrowTo } from "./rrset-room.ts";

/** Of which a name has one at most: a new one takes the place of the old (RFC 2136 §1.1.5, RFC 6672 §2.4). */
const SINGLE: ReadonlySet<number> = new Set([RrType.CNAME, RrType.SOA, RrType.DNAME]);
/** What may stand beside an alias (RFC 2181 §10.1, RFC 3007 §1.1). */
const BESIDE_ALIAS: ReadonlySet<number> = new Set([RrType.CNAME, RrType.KEY]);
/** A TTL with its highest bit set is treated as zero (RFC 2181 §8). */
const MAX_TTL_SECONDS = 0x7fff_ffff;
/** Of WKS records, address and protocol: one with other ports takes the place of the old (RFC 2136 §1.1.5). */
const WKS_KEY_OCTETS = 5;

/** An RRset while it is edited: RDATA by what makes two records the same. */
interface EditedSet {
  ttlSeconds: number;
  readonly rdata: Map<string, Buffer>;
}

interface EditedName {
  readonly owner: Name;
  readonly before: ReadonlyMap<number, EditedSet>;
  readonly after: Map<number, EditedSet>;
}

/** What an update makes of a zone (RFC 2136 §3.4.2), record by record, beside the zone: that does not change by it. */
export class ZoneEdit {
  readonly #data: ZoneData;
  readonly #names = new Map<string, EditedName>();

  constructor(data: ZoneData) {
    this.#data = data;
  }

  /** @param record well formed, see `scanUpdates` */
  apply(record: ResourceRecord): void {
    if (record.class === RrClass.IN) this.#add(record);
    else if (record.class === RrClass.NONE) this.#remove(record);
    else this.#removeSets(record);
  }

  /** What is different now, with a serial number that says so; undefined if nothing is. */
  change(): ZoneChange | undefined {
    const fromSerial = this.#serialBefore() ?? 0;
    if (this.#differences().next().done === true) return undefined;
    if (this.#serial() === fromSerial) this.#raiseSerial(fromSerial);
    const [removed, added]: [ResourceRecord[], ResourceRecord[]] = [[], []];
    for (const difference of this.#differences()) {
      removed.push(...difference.removed);
      added.push(...difference.added);
    }
    return { fromSerial, toSerial: this.#serial() ?? 0, removed, added };
  }

  /** Whether an RRset has grown larger than it may. */
  get isTooLarge(): boolean {
    return [...this.#names.values()].some(({ owner, before, after }) =>
      [...after].some(([type, { rdata }]) => {
        const isGrown = rdata.size > (before.get(type)?.rdata.size ?? 0);
        return isGrown && !mayGrowTo(owner, rdata.values());
      }),
    );
  }

  /** Names that the update was about. */
  get names(): readonly Name[] {
    return Array.from(this.#names.values(), ({ owner }) => owner);
  }

  #add({ owner, type, ttlSeconds: ttl, rdata }: ResourceRecord): void {
    const { after: sets } = this.#edit(owner);
    const ttlSeconds = ttl > MAX_TTL_SECONDS ? 0 : ttl;
    if (type === RrType.SOA && !this.#isLaterSoa(owner, rdata)) return;
    // Neither an alias takes the place of data, nor data that of an alias (RFC 2136 §3.4.2.2).
    const isAlias = type === RrType.CNAME;
    if (isAlias && [...sets.keys()].some((other) => !BESIDE_ALIAS.has(other))) return;
    if (!BESIDE_ALIAS.has(type) && sets.has(RrType.CNAME)) return;
    const known = SINGLE.has(type) ? undefined : sets.get(type);
    const set = known ?? { ttlSeconds, rdata: new Map() };
    // All records of an RRset have one TTL (RFC 2181 §5.2), the last one that was said.
    set.ttlSeconds = ttlSeconds;
    set.rdata.set(keyOf(type, rdata), rdata);
    sets.set(type, set);
  }

  #remove({ owner, type, rdata }: ResourceRecord): void {
    const sets = this.#edit(owner).after;
    const set = sets.get(type);
    const key = keyOf(type, rdata);
    const known = set?.rdata.get(key);
    if (!set || !known || !isSame(type, known, rdata)) return;
    // The zone keeps its SOA record and one of its servers (RFC 2136 §3.4.2.4).
    const isApex = owner.equals(this.#data.origin);
    if (isApex && (type === RrType.SOA || (type === RrType.NS && set.rdata.size === 1))) return;
    set.rdata.delete(key);
    if (set.rdata.size === 0) sets.delete(type);
  }

  #removeSets({ owner, type }: ResourceRecord): void {
    const sets = this.#edit(owner).after;
    const isApex = owner.equals(this.#data.origin);
    for (const one of sets.keys()) {
      const isKept = isApex && (one === RrType.SOA || one === RrType.NS);
      if (!isKept && (type === RrType.ANY || type === one)) sets.delete(one);
    }
  }

  /** A SOA record is taken only in the place of an older one (RFC 2136 §3.4.2.2). */
  #isLaterSoa(owner: Name, rdata: Buffer): boolean {
    const serial = SOA.decode(rdata)?.serial;
    const current = owner.equals(this.#data.origin) ? this.#serial() : undefined;
    return serial !== undefined && current !== undefined && isLaterSerial(serial, current);
  }

  #serial(): number | undefined {
    return serialIn(this.#edit(this.#data.origin).after);
  }

  #serialBefore(): number | undefined {
    return serialIn(this.#edit(this.#data.origin).before);
  }

  /** The next one, but never zero (RFC 2136 §7.11). */
  #raiseSerial(last: number): void {
    const set = this.#edit(this.#data.origin).after.get(RrType.SOA);
    const [rdata] = set?.rdata.values() ?? [];
    if (!set || !rdata) return;
    const next = Buffer.from(rdata);
    next.writeUInt32BE(last === 0xffff_ffff ? 1 : last + 1, next.length - SERIAL_FROM_END);
    set.rdata.clear();
    set.rdata.set(keyOf(RrType.SOA, next), next);
  }

  #edit(owner: Name): EditedName {
    const known = this.#names.get(owner.key);
    if (known) return known;
    const sets = (): Map<number, EditedSet> =>
      new Map(
        (this.#data.find(owner)?.rrsets() ?? []).map(({ type, ttlSeconds, rdata }) => [
          type,
          { ttlSeconds, rdata: new Map(rdata.map((one) => [keyOf(type, one), one])) },
        ]),
      );
    const edited = { owner, before: sets(), after: sets() };
    this.#names.set(owner.key, edited);
    return edited;
  }

  *#differences(): Generator<Pick<ZoneChange, "removed" | "added">, void> {
    for (const { owner, before, after } of this.#names.values()) {
      for (const type of new Set([...before.keys(), ...after.keys()])) {
        const [old, next] = [before.get(type), after.get(type)];
        const removed = recordsBut(owner, type, old, next);
        const added = recordsBut(owner, type, next, old);
        if (removed.length > 0 || added.length > 0) yield { removed, added };
      }
    }
  }
}

/** From the serial number of a SOA record to the end of its RDATA. */
const SERIAL_FROM_END = 20;

/** Those of `set` that are not in `other` with the same TTL. */
function recordsBut(
  owner: Name,
  type: number,
  set: EditedSet | undefined,
  other: EditedSet | undefined,
): ResourceRecord[] {
  if (!set) return [];
  const { ttlSeconds } = set;
  const isSameTtl = other?.ttlSeconds === ttlSeconds;
  return [...set.rdata]
    .filter(([key, rdata]) => {
      const there = other?.rdata.get(key);
      return !isSameTtl || !there || !isSame(type, there, rdata);
    })
    .map(([, rdata]) => new ResourceRecord(owner, type, RrClass.IN, ttlSeconds, rdata));
}

function keyOf(type: number, rdata: Buffer): string {
  if (type === RrType.WKS) return rdata.toString("latin1", 0, WKS_KEY_OCTETS);
  return canonicalRdata(type, rdata).toString("latin1");
}

/** Two with the same key may be two records all the same: of WKS, with other ports. */
function isSame(type: number, one: Buffer, other: Buffer): boolean {
  return type !== RrType.WKS || one.equals(other);
}

function serialIn(sets: ReadonlyMap<number, EditedSet>): number | undefined {
  const [rdata] = sets.get(RrType.SOA)?.rdata.values() ?? [];
  return rdata && SOA.decode(rdata)?.serial;
}
