import { endianness } from "node:os";
import { isWildcardKey } from "../../dns/wildcard.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { reverseKey } from "../../dns/reverse-name.ts";
import type { HostAddress } from "./host-line.ts";
import { parseHostAddress, parseHostLine } from "./host-line.ts";
import { PackedRecords } from "./packed-records.ts";

/** Octets of a usual line: an address, a name. */
const LINE_OCTETS = 24;
/** PTR records that fit into no message: each takes at least 13 octets of its 65,535. */
const MAX_POINTERS = 5_100;

export interface HostTableOptions {
  readonly zones: readonly Name[];
  readonly ttlSeconds: number;
  readonly hasReverse: boolean;
}

interface PackedAddress extends HostAddress {
  readonly words: readonly number[];
}

/** What the lines of hosts files say; records are made of it when somebody asks. */
export class HostTable {
  readonly #options: HostTableOptions;
  readonly #names: PackedRecords;
  /** Reverse names, and the places of those that have the address. */
  readonly #reverse: PackedRecords;
  /** The address of the last line: blocklists have the same one in all. */
  #address: { text: string; parsed: PackedAddress | undefined } = { text: "", parsed: undefined };
  #size = 0;

  /** @param octets of the files, by which room is made */
  constructor(options: HostTableOptions, octets = 0) {
    this.#options = options;
    const lines = octets / LINE_OCTETS;
    this.#names = new PackedRecords(lines);
    this.#reverse = new PackedRecords(options.hasReverse ? lines : 0);
  }

  /** Number of records. */
  get size(): number {
    return this.#size;
  }

  /** Adds a line; names outside of the zones are left out. */
  add(text: string): void {
    const line = parseHostLine(text);
    const address = line && this.#parse(line.address);
    if (!address) return;
    for (const name of line.names) {
      if (name.isWithinAny(this.#options.zones)) this.#addName(name.key, address);
    }
  }

  /**
   * The addresses of a name, or of the wildcard right above it (RFC 4592), of one type; undefined if
   * there is neither. The root has none: a stray `*` must not answer for all top-level domains.
   */
  find({ key }: Name, type: typeof RrType.A | typeof RrType.AAAA): ResourceRecord[] | undefined {
    const place = this.#names.find(key) || this.#findWildcard(key);
    if (place === 0) return undefined;
    const owner = Name.fromWire(key, key);
    return this.#names.values(place, type).map((words) => {
      return this.#record(owner, type, Buffer.from(Int32Array.from(words).buffer));
    });
  }

  /** The PTR records of a reverse name; undefined if there is none. */
  pointers({ key }: Name): ResourceRecord[] | undefined {
    const place = this.#reverse.find(key);
    if (place === 0) return undefined;
    const owner = Name.fromWire(key, key);
    const targets = this.#reverse.values(place, RrType.PTR, MAX_POINTERS);
    return targets.map(([target = 0]) => {
      const rdata = Buffer.from(this.#names.nameAt(target), "latin1");
      return this.#record(owner, RrType.PTR, rdata);
    });
  }

  /** All records below a name, made as they are taken. The table does not change any more by then. */
  *records(zone: Name): Generator<ResourceRecord, void, undefined> {
    for (const place of this.#names.places()) {
      const key = this.#names.nameAt(place);
      const name = Name.fromWire(key, key);
      if (!name.isWithin(zone)) continue;
      yield* this.find(name, RrType.A) ?? [];
      yield* this.find(name, RrType.AAAA) ?? [];
    }
    for (const place of this.#reverse.places()) {
      const key = this.#reverse.nameAt(place);
      const name = Name.fromWire(key, key);
      if (name.isWithin(zone)) yield* this.pointers(name) ?? [];
    }
  }

  #findWildcard(key: string): number {
    const parent = key.slice(key.charCodeAt(0) + 1);
    return parent.length > 1 ? this.#names.find(`\u0001*${parent}`) : 0;
  }

  #parse(text: string): PackedAddress | undefined {
    if (text === this.#address.text) return this.#address.parsed;
    const address = parseHostAddress(text);
    const parsed = address && { ...address, words: wordsOf(address.rdata) };
    this.#address = { text, parsed };
    return parsed;
  }

  #addName(key: string, { type, rdata, words }: PackedAddress): void {
    const names = this.#names;
    const place = names.place(key);
    // No record twice in an RRset (RFC 2181 §5).
    if (names.has(place, type, words)) return;
    names.add(place, type, words);
    this.#size++;
    if (!this.#options.hasReverse || isWildcardKey(key)) return;
    const reverse = this.#reverse.place(reverseKey(rdata));
    this.#reverse.add(reverse, RrType.PTR, [place]);
    this.#size++;
  }

  #record(owner: Name, type: number, rdata: Buffer): ResourceRecord {
    return new ResourceRecord(owner, type, RrClass.IN, this.#options.ttlSeconds, rdata);
  }
}

/** Octets as words, in the machine's byte order. */
function wordsOf(octets: Buffer): number[] {
  const words: number[] = [];
  for (let at = 0; at < octets.length; at += 4) {
    words.push(LITTLE_ENDIAN ? octets.readInt32LE(at) : octets.readInt32BE(at));
  }
  return words;
}

const LITTLE_ENDIAN = endianness() === "LE";
