import { RrClass } from "../iana/rr-class.ts";
import { RrType } from "../iana/rr-type.ts";
import { HEADER_OCTETS } from "../header.ts";
import type { Name } from "../name.ts";
import { TSIG } from "../rdata/transaction.ts";
import { WireReader } from "../wire-reader.ts";

/** The RDATA of a TSIG record. */
export type TsigFields = NonNullable<ReturnType<typeof TSIG.decode>>;

/** A message that ends with a TSIG record. Its buffers are views of the packet. */
export interface SignedMessage {
  readonly keyName: Name;
  readonly fields: TsigFields;
  /** The header as it was before the record was added: with its ID then, and one record less. */
  readonly header: Buffer;
  /** What follows the header, up to the record. */
  readonly body: Buffer;
}

/** Of class, TTL and RDLENGTH behind owner and type. */
const FIXED_OCTETS = 10;
const ARCOUNT_AT = 10;

/**
 * Where the TSIG record of a message begins. Walks over all records before it.
 * @returns 0 if it has none; undefined if it is malformed, or has one that is not the very last record
 */
export function findTsig(packet: Buffer): number | undefined {
  if (packet.length < HEADER_OCTETS) return undefined;
  const reader = new WireReader(packet, HEADER_OCTETS);
  for (let left = packet.readUInt16BE(4); left > 0; left--) {
    reader.name();
    reader.octets(4);
    if (reader.failed) return undefined;
  }
  const additional = packet.readUInt16BE(ARCOUNT_AT);
  let left = packet.readUInt16BE(6) + packet.readUInt16BE(8) + additional;
  for (; left > 0; left--) {
    const at = reader.offset;
    reader.name();
    const isTsig = reader.u16() === RrType.TSIG;
    reader.octets(6);
    reader.octets(reader.u16());
    if (reader.failed) return undefined;
    if (isTsig) return left === 1 && additional > 0 ? at : undefined;
  }
  return 0;
}

/**
 * Takes the record off.
 * @param at where it begins
 * @returns undefined if it is malformed: also if something follows it (RFC 8945 §4.2)
 */
export function readSigned(packet: Buffer, at: number): SignedMessage | undefined {
  const reader = new WireReader(packet, at);
  const keyName = reader.name();
  const type = reader.u16();
  const rrClass = reader.u16();
  const ttlSeconds = reader.u32();
  const rdata = reader.octets(reader.u16());
  if (reader.failed || reader.remaining > 0 || type !== RrType.TSIG) return undefined;
  if (rrClass !== RrClass.ANY || ttlSeconds !== 0) return undefined;
  const fields = TSIG.decode(rdata);
  if (!fields) return undefined;
  const header = Buffer.from(packet.subarray(0, HEADER_OCTETS));
  header.writeUInt16BE(fields.originalId, 0);
  header.writeUInt16BE(header.readUInt16BE(ARCOUNT_AT) - 1, ARCOUNT_AT);
  return { keyName, fields, header, body: packet.subarray(HEADER_OCTETS, at) };
}

/** Octets that a record takes. */
export function tsigOctets(keyName: Name, fields: TsigFields): number {
  const { algorithm, mac, otherData } = fields;
  return (
    keyName.wire.length + FIXED_OCTETS + algorithm.wire.length + 16 + mac.length + otherData.length
  );
}

/** The message with the record behind it, its names uncompressed. */
export function appendTsig(packet: Buffer, keyName: Name, fields: TsigFields): Buffer {
  const rdata = TSIG.encode(fields);
  const head = Buffer.alloc(keyName.wire.length + FIXED_OCTETS);
  head.write(keyName.wire, "latin1");
  head.writeUInt16BE(RrType.TSIG, keyName.wire.length);
  head.writeUInt16BE(RrClass.ANY, keyName.wire.length + 2);
  head.writeUInt16BE(rdata.length, keyName.wire.length + 8);
  const signed = Buffer.concat([packet, head, rdata]);
  signed.writeUInt16BE(packet.readUInt16BE(ARCOUNT_AT) + 1, ARCOUNT_AT);
  return signed;
}
