import { HEADER_OCTETS } from "../../dns/header.ts";
import type { Name } from "../../dns/name.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { expandRdata } from "../../dns/rdata/rdata.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { WireReader } from "../../dns/wire-reader.ts";

const NO_OCTETS = Buffer.alloc(0);

/**
 * What an UPDATE asks for (RFC 2136 §2): what has to be so before, and what is to be done. Class and TTL of its records are part of what
 * they say, so the TTLs are as sent. Nothing in it aliases the packet.
 */
export interface UpdateMessage {
  readonly prerequisites: readonly ResourceRecord[];
  readonly updates: readonly ResourceRecord[];
}

/**
 * Reads those two sections of a packet whose question has been read.
 * @param zone the one name in its zone section
 * @param maxRecords of both sections
 * @returns "too many" without looking at them; undefined if one is malformed
 */
export function readUpdate(
  packet: Buffer,
  zone: Name,
  maxRecords: number,
): UpdateMessage | "too many" | undefined {
  const [prerequisites, updates] = [packet.readUInt16BE(6), packet.readUInt16BE(8)];
  if (prerequisites + updates > maxRecords) return "too many";
  const reader = new WireReader(packet, HEADER_OCTETS);
  reader.skipQuestion(zone);
  const before = readSection(reader, prerequisites);
  const after = before && readSection(reader, updates);
  return after && { prerequisites: before, updates: after };
}

function readSection(reader: WireReader, count: number): ResourceRecord[] | undefined {
  const records: ResourceRecord[] = [];
  for (let i = 0; i < count; i++) {
    const owner = reader.name();
    const [type, rrClass, ttlSeconds] = [reader.u16(), reader.u16(), reader.u32()];
    const rdata = readData(reader, type, rrClass);
    if (reader.failed || !rdata || type === RrType.OPT) return undefined;
    records.push(new ResourceRecord(owner, type, rrClass, ttlSeconds, rdata));
  }
  return records;
}

/** Records that only name something have no data, of whatever type they are (RFC 2136 §2.4 and §2.5). */
function readData(reader: WireReader, type: number, rrClass: number): Buffer | undefined {
  const length = reader.u16();
  const isBare = length === 0 && (rrClass === RrClass.ANY || rrClass === RrClass.NONE);
  return isBare ? NO_OCTETS : expandRdata(reader, type, length);
}
