import { RrType } from "../dns/iana/rr-type.ts";
import { canonicalRdata } from "../dns/rdata/canonical-rdata.ts";
import { OctetArena } from "./octet-arena.ts";

/**
 * RRsets of one owner, as a list; each with its records as a list. Nothing of it is ever changed: what is added stands in front,
 * and a set that changes gets another head, as do those in front of it.
 *
 *     set      next 4 | type 2 | type covered 2 | records 2 | 0 2 | TTL 4 | first record 4
 *     record   next 4 | octets 2 | RDATA
 *
 * Signatures are a set for each type that they cover.
 */
const SET_OCTETS = 20;
const RECORD_OCTETS = 6;
/** A message of 64 KiB has room for no more, be they as short as they can be: such an RRset is nobody's answer. */
const MAX_RECORDS = 4_095;

export interface Rrset {
  readonly type: number;
  /** Of RRSIG records the type that they are about, else 0. */
  readonly covered: number;
  readonly ttlSeconds: number;
  /** In the order in which they came; views that stay as they are. */
  readonly rdata: readonly Buffer[];
}

interface Head {
  readonly next: number;
  readonly type: number;
  readonly covered: number;
  readonly count: number;
  readonly ttlSeconds: number;
  readonly first: number;
}

/** Of an ASCII letter. */
const CASE_BIT = 0x20;
const NONE: readonly Head[] = [];

/** What came of adding a record. */
export type Added = { readonly sets: number; readonly what: "added" | "duplicate" | "other TTL" };

export class RrsetStore {
  readonly arena: OctetArena = new OctetArena();

  /** The set of that type among those that begin at `sets`; undefined if there is none. */
  get(sets: number, type: number, covered = 0): Rrset | undefined {
    const { arena } = this;
    for (let at = sets; at !== 0;) {
      const chunk = arena.chunk(at);
      const position = arena.position(at);
      if (
        chunk.readUInt16LE(position + 4) === type &&
        chunk.readUInt16LE(position + 6) === covered
      ) {
        return this.#read(this.#headAt(at));
      }
      at = chunk.readUInt32LE(position);
    }
    return undefined;
  }

  /** Whether there is a set of that type. */
  has(sets: number, type: number): boolean {
    for (let at = sets; at !== 0;) {
      const head = this.#headAt(at);
      if (head.type === type) return true;
      at = head.next;
    }
    return false;
  }

  /** Of all of them. */
  types(sets: number): number[] {
    const types: number[] = [];
    for (let at = sets; at !== 0;) {
      const chunk = this.arena.chunk(at);
      const position = this.arena.position(at);
      types.push(chunk.readUInt16LE(position + 4));
      at = chunk.readUInt32LE(position);
    }
    return types;
  }

  /** All of them, the first one first. */
  all(sets: number): Rrset[] {
    return this.#heads(sets)
      .map((head) => this.#read(head))
      .toReversed();
  }

  /** @returns where the sets begin now; the first TTL of a set is that of all its records (RFC 2181 §5.2) */
  add(sets: number, type: number, ttlSeconds: number, rdata: Buffer): Added {
    const covered = coveredBy(type, rdata);
    const heads = sets === 0 ? NONE : this.#heads(sets);
    const index = heads.findIndex((head) => head.type === type && head.covered === covered);
    const head = heads[index];
    if (!head) {
      const first = this.#putRecord(0, rdata);
      return {
        sets: this.#putHead({ next: sets, type, covered, count: 1, ttlSeconds, first }),
        what: "added",
      };
    }
    if (this.#holds(head, rdata)) return { sets, what: "duplicate" };
    if (head.count === MAX_RECORDS)
      throw new RangeError(`Cannot hold RRset: over ${MAX_RECORDS} records`);
    const first = this.#putRecord(head.first, rdata);
    const changed = this.#putHead({ ...head, count: head.count + 1, first });
    const what = head.ttlSeconds === ttlSeconds ? "added" : "other TTL";
    return { sets: this.#relink(heads.slice(0, index), changed), what };
  }

  /** @returns where the sets begin now; the same if there is no such record */
  remove(sets: number, type: number, rdata: Buffer): number {
    const covered = coveredBy(type, rdata);
    const heads = this.#heads(sets);
    const index = heads.findIndex((head) => head.type === type && head.covered === covered);
    const head = heads[index];
    if (!head) return sets;
    const wanted = canonicalRdata(type, rdata);
    const left = this.#read(head).rdata.filter((one) => !canonicalRdata(type, one).equals(wanted));
    if (left.length === head.count) return sets;
    const behind = left.length === 0 ? head.next : this.#putSet({ ...head, rdata: left });
    return this.#relink(heads.slice(0, index), behind);
  }

  /** Whether the sets that begin at `sets` are those of another store, octet by octet and in the same order. */
  isSame(sets: number, other: RrsetStore, otherSets: number): boolean {
    let at = sets;
    let otherAt = otherSets;
    while (at !== 0 && otherAt !== 0) {
      if (!this.#isSameSet(at, other, otherAt)) return false;
      at = this.arena.chunk(at).readUInt32LE(this.arena.position(at));
      otherAt = other.arena.chunk(otherAt).readUInt32LE(other.arena.position(otherAt));
    }
    return at === otherAt;
  }

  #isSameSet(at: number, other: RrsetStore, otherAt: number): boolean {
    // Types, count and TTL stand side by side.
    if (!this.arena.hasSame(at + 4, other.arena, otherAt + 4, 12)) return false;
    const { count, first } = this.#headAt(at);
    let record = first;
    let otherRecord = other.#headAt(otherAt).first;
    for (let left = count; left > 0; left--) {
      const chunk = this.arena.chunk(record);
      const position = this.arena.position(record);
      const octets = chunk.readUInt16LE(position + 4) + 2;
      if (!this.arena.hasSame(record + 4, other.arena, otherRecord + 4, octets)) return false;
      record = chunk.readUInt32LE(position);
      otherRecord = other.arena.chunk(otherRecord).readUInt32LE(other.arena.position(otherRecord));
    }
    return true;
  }

  #heads(sets: number): Head[] {
    const heads: Head[] = [];
    for (let at = sets; at !== 0;) {
      const head = this.#headAt(at);
      heads.push(head);
      at = head.next;
    }
    return heads;
  }

  #headAt(at: number): Head {
    const chunk = this.arena.chunk(at);
    const position = this.arena.position(at);
    return {
      next: chunk.readUInt32LE(position),
      type: chunk.readUInt16LE(position + 4),
      covered: chunk.readUInt16LE(position + 6),
      count: chunk.readUInt16LE(position + 8),
      ttlSeconds: chunk.readUInt32LE(position + 12),
      first: chunk.readUInt32LE(position + 16),
    };
  }

  #read({ type, covered, count, ttlSeconds, first }: Head): Rrset {
    const rdata: Buffer[] = [];
    let at = first;
    for (let left = count; left > 0; left--) {
      const chunk = this.arena.chunk(at);
      const position = this.arena.position(at);
      const start = position + RECORD_OCTETS;
      rdata.push(chunk.subarray(start, start + chunk.readUInt16LE(position + 4)));
      at = chunk.readUInt32LE(position);
    }
    if (count > 1) rdata.reverse();
    return { type, covered, ttlSeconds, rdata };
  }

  #holds({ type, count, first }: Head, rdata: Buffer): boolean {
    const wanted = canonicalRdata(type, rdata);
    let at = first;
    for (let left = count; left > 0; left--) {
      const chunk = this.arena.chunk(at);
      const start = this.arena.position(at) + RECORD_OCTETS;
      const octets = chunk.readUInt16LE(start - 2);
      // Of a large RRset nearly all differ soon, so that nothing has to be made of them.
      if (octets === wanted.length && mayBeSame(chunk, start, wanted)) {
        if (canonicalRdata(type, chunk.subarray(start, start + octets)).equals(wanted)) return true;
      }
      at = chunk.readUInt32LE(start - RECORD_OCTETS);
    }
    return false;
  }

  #putSet({ rdata, ...head }: Head & { readonly rdata: readonly Buffer[] }): number {
    const first = rdata.reduce((next, one) => this.#putRecord(next, one), 0);
    return this.#putHead({ ...head, count: rdata.length, first });
  }

  /** New heads for those in front of one that has changed. */
  #relink(inFront: readonly Head[], behind: number): number {
    return inFront.reduceRight((next, head) => this.#putHead({ ...head, next }), behind);
  }

  #putHead({ next, type, covered, count, ttlSeconds, first }: Head): number {
    const at = this.arena.allocate(SET_OCTETS);
    const chunk = this.arena.chunk(at);
    const position = this.arena.position(at);
    chunk.writeUInt32LE(next, position);
    chunk.writeUInt16LE(type, position + 4);
    chunk.writeUInt16LE(covered, position + 6);
    chunk.writeUInt32LE(count, position + 8);
    chunk.writeUInt32LE(ttlSeconds, position + 12);
    chunk.writeUInt32LE(first, position + 16);
    return at;
  }

  #putRecord(next: number, rdata: Buffer): number {
    const at = this.arena.allocate(RECORD_OCTETS + rdata.length);
    const chunk = this.arena.chunk(at);
    const position = this.arena.position(at);
    chunk.writeUInt32LE(next, position);
    chunk.writeUInt16LE(rdata.length, position + 4);
    rdata.copy(chunk, position + RECORD_OCTETS);
    return at;
  }
}

/** The type that a signature is about (RFC 4034 §3.1.1). */
export function coveredBy(type: number, rdata: Buffer): number {
  return type === RrType.RRSIG && rdata.length >= 2 ? rdata.readUInt16BE(0) : 0;
}

/** Whether octets are the same but for what tells capitals from small letters, and some others from each other. */
function mayBeSame(chunk: Buffer, start: number, wanted: Buffer): boolean {
  for (let i = 0; i < wanted.length; i++)
    if ((((chunk[start + i] ?? 0) ^ (wanted[i] ?? 0)) & ~CASE_BIT) !== 0) return false;
  return true;
}
