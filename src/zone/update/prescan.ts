import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType, formatRrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { formatRecord, parseRecord } from "../../dns/presentation.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { isMetaType } from "./meta-types.ts";
import type { UpdateVerdict } from "./update-verdict.ts";
import { FORMAT_ERROR, NOT_IN_ZONE, refused } from "./update-verdict.ts";

/**
 * What only whoever signs a zone can write: each would be wrong as soon as something else is updated. Keys of *dnssec* and of *sign* are theirs.
 */
const OF_SIGNERS: ReadonlySet<number> = new Set([
  RrType.SIG,
  RrType.NXT,
  RrType.RRSIG,
  RrType.NSEC,
  RrType.DNSKEY,
  RrType.NSEC3,
  RrType.NSEC3PARAM,
  RrType.ZONEMD,
]);

/** Whether records of this type can be in a zone that is updated. */
export function isOfSigners(type: number): boolean {
  return OF_SIGNERS.has(type);
}

/** Looks at all of an update before any of it is done (RFC 2136 §3.4.1). @returns undefined if it can be */
export function scanUpdates(
  origin: Name,
  updates: readonly ResourceRecord[],
): UpdateVerdict | undefined {
  for (const record of updates) {
    if (!record.owner.isWithin(origin)) return NOT_IN_ZONE;
    if (!isWellFormed(record)) return FORMAT_ERROR;
    if (isOfSigners(record.type))
      return refused(`${formatRrType(record.type)} records are made by whoever signs the zone`);
  }
  return undefined;
}

function isWellFormed(record: ResourceRecord): boolean {
  const { type, class: rrClass, ttlSeconds, rdata } = record;
  if (isMetaType(type)) return false;
  switch (rrClass) {
    case RrClass.IN:
      return type !== RrType.ANY && canBeWritten(record);
    case RrClass.ANY:
      return ttlSeconds === 0 && rdata.length === 0;
    case RrClass.NONE:
      return ttlSeconds === 0 && type !== RrType.ANY;
    default:
      return false;
  }
}

/** What cannot be read again from text could be kept in no file. */
function canBeWritten(record: ResourceRecord): boolean {
  try {
    return parseRecord(formatRecord(record.withTtl(0))).rdata.equals(record.rdata);
  } catch {
    return false;
  }
}
