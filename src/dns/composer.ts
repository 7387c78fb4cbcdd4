import type { EdnsOption } from "./edns.ts";
import { ednsLength, writeEdns } from "./edns.ts";
import { HEADER_OCTETS } from "./header.ts";
import type { Name } from "./name.ts";
import { NameCompressor } from "./name-compressor.ts";
import { rdataNames } from "./rdata/rdata-names.ts";
import type { ResourceRecord } from "./resource-record.ts";
import { WireReader } from "./wire-reader.ts";
import { MAX_MESSAGE_OCTETS, WireWriter } from "./wire-writer.ts";

/** Messages are cut out of slabs of this size, so that one is allocated for many replies. */
const SLAB_OCTETS = 4 * MAX_MESSAGE_OCTETS;

/** Which of the header's counts a section is kept in. */
export const Section = { answer: 6, authority: 8, additional: 10 } as const;
type SectionOffset = (typeof Section)[keyof typeof Section];

/**
 * Composes one message after another. A slab holds many of them, one behind the other:
 *
 *     |== sent ==|== sent ==|= start ........ offset .... limit |    free    |
 *
 * Use: `begin`, `question`, `append` for each section in order, `edns`, `finish`.
 */
export class Composer {
  #writer = new WireWriter(Buffer.allocUnsafeSlow(SLAB_OCTETS));
  readonly #names = new NameCompressor();
  #start = 0;
  #limit = 0;

  /** Begins a message of at most `maxOctets`. */
  begin(id: number, flags: number, maxOctets: number): void {
    if (this.#writer.offset + maxOctets > SLAB_OCTETS) {
      this.#writer = new WireWriter(Buffer.allocUnsafeSlow(SLAB_OCTETS));
    }
    const writer = this.#writer;
    this.#start = writer.offset;
    this.#limit = writer.offset + maxOctets;
    writer.u16(id);
    writer.u16(flags);
    writer.u32(0);
    writer.u32(0);
    this.#names.reset("");
  }

  /** Keeps space free at the end, for `edns`. */
  reserve(octets: number): void {
    this.#limit -= octets;
  }

  /** Writes the question, its name octet by octet as asked. */
  question(qname: Name, qtype: number, qclass: number): void {
    const writer = this.#writer;
    writer.name(qname);
    writer.u16(qtype);
    writer.u16(qclass);
    this.#names.reset(qname.wire);
    writer.bytes[this.#start + 5] = 1;
  }

  /**
   * Appends records until one does not fit.
   * @returns how many are in the message.
   */
  append(section: SectionOffset, records: readonly ResourceRecord[]): number {
    let count = 0;
    for (const record of records) {
      const rollback = this.#writer.offset;
      if (!this.#record(record)) {
        this.#writer.offset = rollback;
        break;
      }
      count++;
    }
    const countAt = this.#start + section;
    const { bytes } = this.#writer;
    bytes.writeUInt16BE(bytes.readUInt16BE(countAt) + count, countAt);
    return count;
  }

  /** Appends OPT. Its space must have been reserved. */
  edns(
    payloadSize: number,
    rcode: number,
    dnssecOk: boolean,
    options: readonly EdnsOption[],
  ): void {
    this.#limit += ednsLength(options);
    writeEdns(this.#writer, payloadSize, rcode, dnssecOk, options);
    const { bytes } = this.#writer;
    const countAt = this.#start + Section.additional;
    bytes.writeUInt16BE(bytes.readUInt16BE(countAt) + 1, countAt);
  }

  /** Sets bits of the flags after all. */
  addFlags(flags: number): void {
    const { bytes } = this.#writer;
    const at = this.#start + 2;
    bytes.writeUInt16BE(bytes.readUInt16BE(at) | flags, at);
  }

  /** The message: a view of the slab that nobody writes to any more. */
  finish(): Buffer {
    return this.#writer.bytes.subarray(this.#start, this.#writer.offset);
  }

  /** Octets written so far. */
  get octets(): number {
    return this.#writer.offset - this.#start;
  }

  /** Whether the record fits; its names may take less space than they do without compression. */
  #record(record: ResourceRecord): boolean {
    const writer = this.#writer;
    // Names over-run the limit by at most one record, so the slab's own end is never passed
    // unless the record itself could not be in any message.
    this.#names.write(writer, record.owner, this.#start);
    writer.u16(record.type);
    writer.u16(record.class);
    writer.u32(record.ttlSeconds);
    const lengthAt = writer.offset;
    writer.u16(0);
    this.#rdata(record);
    if (writer.overflowed) {
      writer.overflowed = false;
      return false;
    }
    writer.bytes.writeUInt16BE(writer.offset - lengthAt - 2, lengthAt);
    return writer.offset <= this.#limit;
  }

  #rdata({ type, rdata }: ResourceRecord): void {
    const writer = this.#writer;
    const names = rdataNames(type, rdata);
    if (names === undefined) return writer.octets(rdata);
    if (!names.mayCompress) {
      this.#names.noteWhole(writer.offset + names.skip, names.count);
      return writer.octets(rdata);
    }
    const reader = new WireReader(rdata);
    if (names.skip > 0) writer.octets(reader.octets(names.skip));
    for (let i = 0; i < names.count; i++) {
      this.#names.write(writer, reader.name(), this.#start);
    }
    if (reader.remaining > 0) writer.octets(reader.rest());
  }
}

/** Octets that the header and a question take. */
export function questionOctets(qname: Name): number {
  return HEADER_OCTETS + qname.wire.length + 4;
}
