import { RrType } from "./iana/rr-type.ts";
import type { ResourceRecord } from "./resource-record.ts";

/** A SOA record's RDATA is two names and five numbers of 32 bits, the last of them MINIMUM. */
const SHORTEST_SOA_OCTETS = 22;

/**
 * For how many seconds a record of an authority section may be kept. That of a denial's SOA is its
 * MINIMUM if its own TTL is longer (RFC 2308 §3 and §5).
 */
export function authorityTtl({ type, ttlSeconds, rdata }: ResourceRecord): number {
  if (type !== RrType.SOA || rdata.length < SHORTEST_SOA_OCTETS) return ttlSeconds;
  return Math.min(ttlSeconds, rdata.readUInt32BE(rdata.length - 4));
}

/** An authority section with the TTLs that clients may see; the same one if they are right. */
export function boundDenials(authority: readonly ResourceRecord[]): readonly ResourceRecord[] {
  if (authority.every((record) => authorityTtl(record) === record.ttlSeconds)) return authority;
  return authority.map((record) => record.withTtl(authorityTtl(record)));
}
