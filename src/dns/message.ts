import type { Edns } from "./edns.ts";
import { readEdns } from "./edns.ts";
import { HEADER_OCTETS, opcodeOf, rcodeOf } from "./header.ts";
import { RrType } from "./iana/rr-type.ts";
import type { Name } from "./name.ts";
import { expandRdata } from "./rdata/rdata.ts";
import { ResourceRecord } from "./resource-record.ts";
import { WireReader } from "./wire-reader.ts";

export interface Question {
  readonly qname: Name;
  readonly qtype: number;
  readonly qclass: number;
}

const NO_RECORDS: readonly ResourceRecord[] = [];

/** A message read whole, as a client of an upstream needs it. Nothing in it aliases the packet. */
export interface Message {
  readonly id: number;
  /** The header's second word; see `Flag`. */
  readonly flags: number;
  readonly opcode: number;
  /** With the bits that EDNS adds. */
  readonly rcode: number;
  readonly question: readonly Question[];
  readonly answer: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  /** Without OPT. */
  readonly additional: readonly ResourceRecord[];
  readonly edns: Edns | undefined;
}

/**
 * Reads a whole message. Octets behind the last record are ignored.
 * @param known the one question that the packet is known to have, but for the case of letters; it
 * is not read again, and records of its name get that very name
 * @returns undefined if any part of it is malformed, or there is more than one OPT (RFC 6891 §6.1.1).
 */
export function parseMessage(packet: Buffer, known?: Question): Message | undefined {
  if (packet.length < HEADER_OCTETS) return undefined;
  const reader = new WireReader(packet);
  const id = reader.u16();
  const flags = reader.u16();
  const [questions, answers, authorities, additionals] = [
    reader.u16(),
    reader.u16(),
    reader.u16(),
    reader.u16(),
  ];
  const question: Question[] = known ? [known] : [];
  if (known) reader.skipQuestion(known.qname);
  for (let i = question.length; i < questions && !reader.failed; i++) {
    question.push({ qname: reader.name(), qtype: reader.u16(), qclass: reader.u16() });
  }
  const opt: { edns?: Edns } = {};
  const answer = readSection(reader, answers, undefined);
  const authority = answer && readSection(reader, authorities, undefined);
  const additional = authority && readSection(reader, additionals, opt);
  if (!additional || reader.failed) return undefined;
  const rcode = ((opt.edns?.extendedRcode ?? 0) << 4) | rcodeOf(flags);
  return {
    id,
    flags,
    opcode: opcodeOf(flags),
    rcode,
    question,
    answer,
    authority,
    additional,
    edns: opt.edns,
  };
}

/** Reads `count` records; an OPT goes into `opt`, and is an error where there may be none. */
function readSection(
  reader: WireReader,
  count: number,
  opt: { edns?: Edns } | undefined,
): readonly ResourceRecord[] | undefined {
  if (count === 0) return NO_RECORDS;
  const records: ResourceRecord[] = [];
  for (let i = 0; i < count; i++) {
    const owner = reader.name();
    const type = reader.u16();
    if (reader.failed) return undefined;
    if (type === RrType.OPT) {
      const edns = owner.wire.length === 1 && opt && !opt.edns ? readEdns(reader) : undefined;
      if (!edns || !opt) return undefined;
      opt.edns = { ...edns, options: edns.options.map(ownedOption) };
      continue;
    }
    const record = readRecord(reader, owner, type);
    if (!record) return undefined;
    records.push(record);
  }
  // Pushing leaves room for sixteen more, and the cache keeps thousands of these.
  return records.slice();
}

/** Reads the rest of a record, behind its TYPE; undefined if it is malformed. */
export function readRecord(
  reader: WireReader,
  owner: Name,
  type: number,
): ResourceRecord | undefined {
  const rrClass = reader.u16();
  const ttl = reader.u32();
  const length = reader.u16();
  if (reader.failed || length > reader.remaining) return undefined;
  const rdata = expandRdata(reader, type, length);
  if (!rdata) return undefined;
  // A TTL with its highest bit set is treated as zero (RFC 2181 §8).
  return new ResourceRecord(owner, type, rrClass, ttl > 0x7fff_ffff ? 0 : ttl, rdata);
}

function ownedOption(option: { code: number; data: Buffer }): { code: number; data: Buffer } {
  return { code: option.code, data: Buffer.from(option.data) };
}
