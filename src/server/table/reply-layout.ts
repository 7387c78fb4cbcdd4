import { RrType } from "../../dns/iana/rr-type.ts";
import type { Reply } from "../contract/reply.ts";

/** Address records one behind the other that look alike, but for their data. */
export interface AddressRun {
  readonly offset: number;
  readonly count: number;
  /** Of each record. */
  readonly octets: number;
}

/** Where things are in a finished reply. */
export interface ReplyLayout {
  readonly nameOctets: number;
  /** Of all records but OPT. */
  readonly ttlOffsets: readonly number[];
  /** The longest run of two or more. */
  readonly run: AddressRun | undefined;
  /** Types of the records, section by section, OPT left out. */
  readonly sections: readonly (readonly number[])[];
  /** Whether names in it may look otherwise if the question is written with other capitals. */
  readonly dependsOnCase: boolean;
}

/** Types that have no names in their data. */
const NAMELESS: ReadonlySet<number> = new Set([RrType.A, RrType.AAAA]);
const DENYING: ReadonlySet<number> = new Set([...NAMELESS, RrType.SOA]);
const HEADER_OCTETS = 12;
/** Owner as a pointer, type, class, TTL, length. */
const POINTED_HEAD_OCTETS = 12;

/** Walks through a reply that the composer has made. */
class Walk {
  readonly packet: Buffer;
  at = HEADER_OCTETS;
  dependsOnCase = false;

  constructor(packet: Buffer) {
    this.packet = packet;
  }

  /** Skips a name. @returns whether it is a pointer and nothing else. */
  name(): boolean {
    const start = this.at;
    for (;;) {
      const length = this.packet[this.at] as number;
      if (length >= 0xc0) {
        this.at += 2;
        return this.at === start + 2;
      }
      const end = this.at + 1 + length;
      this.#lookForCapitals(this.at + 1, end);
      this.at = end;
      if (length === 0) return false;
    }
  }

  #lookForCapitals(start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const octet = this.packet[i] as number;
      if (octet >= 0x41 && octet <= 0x5a) this.dependsOnCase = true;
    }
  }
}

/**
 * Finds out where things are in a finished reply; undefined if it was cut to fit its client, so
 * that it is no answer for others.
 */
export function readLayout(
  packet: Buffer,
  reply: Reply,
  hasEdns: boolean,
): ReplyLayout | undefined {
  if (isCut(packet, reply, hasEdns)) return undefined;
  const walk = new Walk(packet);
  walk.name();
  const nameOctets = walk.at - HEADER_OCTETS;
  walk.at += 4;
  walk.dependsOnCase = false;
  const runs = new RunFinder(packet);
  const ttlOffsets: number[] = [];
  const counts = [reply.answer.length, reply.authority.length, reply.additional.length];
  const sections = counts.map((count, section) => {
    // The record that denies is written as the question writes the zone; others need not be.
    const nameless = section === 1 ? DENYING : NAMELESS;
    return Array.from({ length: count }, () => readRecord(walk, runs, ttlOffsets, nameless));
  });
  return { nameOctets, ttlOffsets, run: runs.longest, sections, dependsOnCase: walk.dependsOnCase };
}

function isCut(packet: Buffer, reply: Reply, hasEdns: boolean): boolean {
  if (((packet[2] as number) & 0x02) !== 0) return true;
  if (packet.readUInt16BE(6) < reply.answer.length) return true;
  if (packet.readUInt16BE(8) < reply.authority.length) return true;
  const additional = packet.readUInt16BE(10) - (hasEdns ? 1 : 0);
  if (additional < reply.additional.length) return true;
  // OPT is the last record; without options its length is what the packet ends with.
  return hasEdns && reply.options.length > 0 && endsWithBareOpt(packet);
}

function endsWithBareOpt(packet: Buffer): boolean {
  const at = packet.length - 11;
  return (
    packet[at] === 0 && packet.readUInt16BE(at + 1) === 41 && packet.readUInt16BE(at + 9) === 0
  );
}

/** @returns the type. */
function readRecord(
  walk: Walk,
  runs: RunFinder,
  ttlOffsets: number[],
  nameless: ReadonlySet<number>,
): number {
  const { packet, at: start } = walk;
  const isPointed = walk.name();
  const type = packet.readUInt16BE(walk.at);
  ttlOffsets.push(walk.at + 4);
  const end = walk.at + 10 + packet.readUInt16BE(walk.at + 8);
  if (!nameless.has(type)) walk.dependsOnCase = true;
  else if (type === RrType.SOA) readSoaNames(walk);
  walk.at = end;
  if (isPointed && (type === RrType.A || type === RrType.AAAA)) runs.add(start, end - start);
  return type;
}

function readSoaNames(walk: Walk): void {
  walk.at += 10;
  // A name that is all in the question would get its capitals there.
  for (let i = 0; i < 2; i++) if (walk.name()) walk.dependsOnCase = true;
}

class RunFinder {
  longest: AddressRun | undefined;
  readonly #packet: Buffer;
  #offset = 0;
  #count = 0;
  #octets = 0;

  constructor(packet: Buffer) {
    this.#packet = packet;
  }

  add(offset: number, octets: number): void {
    const isNext = this.#count > 0 && offset === this.#offset + this.#count * this.#octets;
    if (!isNext || octets !== this.#octets || !this.#hasSameHead(offset)) {
      this.#offset = offset;
      this.#count = 0;
      this.#octets = octets;
    }
    this.#count++;
    if (this.#count < 2 || this.#count <= (this.longest?.count ?? 1)) return;
    this.longest = { offset: this.#offset, count: this.#count, octets };
  }

  #hasSameHead(offset: number): boolean {
    const packet = this.#packet;
    const end = offset + POINTED_HEAD_OCTETS;
    return (
      packet.compare(packet, this.#offset, this.#offset + POINTED_HEAD_OCTETS, offset, end) === 0
    );
  }
}

/**
 * Whether turning the run round changes the order of all addresses that there are several of in a
 * section. Mail exchanges cannot be turned: what follows may point into their names.
 */
export function canRotate({ sections, run }: ReplyLayout): boolean {
  let toRotate = 0;
  for (const types of sections) {
    const addresses = types.filter((type) => type === RrType.A || type === RrType.AAAA).length;
    if (types.filter((type) => type === RrType.MX).length > 1) return false;
    if (addresses > 1) toRotate += addresses;
  }
  return toRotate === (run?.count ?? 0);
}
