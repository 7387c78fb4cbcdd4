import { RrType } from "../../dns/iana/rr-type.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";

/**
 * Gives the records of each RRset its lowest TTL: an RRset has one TTL, and where it came with
 * several, the lowest is safe (RFC 2181 §5.2). Signatures of several types are no RRset.
 */
export function evenTtls(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const first = records[0]?.ttlSeconds;
  if (records.every(({ ttlSeconds }) => ttlSeconds === first)) return records;
  const lowest = new Map<string, number>();
  for (const record of records) {
    const set = rrset(record);
    lowest.set(set, Math.min(record.ttlSeconds, lowest.get(set) ?? Infinity));
  }
  return records.map((record) => {
    const ttl = lowest.get(rrset(record));
    const isRight = record.type === RrType.RRSIG || ttl === undefined || ttl === record.ttlSeconds;
    return isRight ? record : record.withTtl(ttl);
  });
}

function rrset({ owner, type }: ResourceRecord): string {
  return `${type} ${owner.key}`;
}
