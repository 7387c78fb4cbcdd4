import type { ResourceRecord } from "../dns/resource-record.ts";
import { canonicalRdata } from "../dns/rdata/canonical-rdata.ts";
import type { ZoneChange } from "../server/contract/zone-source.ts";
import type { Rrset } from "./rrset-store.ts";
import { LOOK_RECORDS, Turn } from "./turn.ts";
import type { ZoneData } from "./zone-data.ts";
import { recordsOf } from "./zone-data.ts";

/** One version and its serial number. */
interface Version {
  readonly data: ZoneData;
  readonly serial: number;
}

/**
 * What leads from one version of a zone to the next, compared in slices; undefined if it is more than half of the zone, which
 * is sent whole then.
 */
export async function changeBetween(old: Version, next: Version): Promise<ZoneChange | undefined> {
  const limit = Math.max(100, next.data.records / 2);
  const removed = await missingIn(next.data, old.data, limit);
  if (!removed) return undefined;
  // What is not removed is in both: so it is known how many are new, and the search ends with the last of them.
  const count = next.data.records - (old.data.records - removed.length);
  const added = count > limit ? undefined : await missingIn(old.data, next.data, limit, count);
  if (!added) return undefined;
  return { fromSerial: old.serial, toSerial: next.serial, removed, added };
}

/**
 * Records of `from` that `other` does not have, with the same TTL; undefined if they are more than `limit`.
 * @param expected how many they are, if that is known
 */
async function missingIn(
  other: ZoneData,
  from: ZoneData,
  limit: number,
  expected = Infinity,
): Promise<ResourceRecord[] | undefined> {
  const missing: ResourceRecord[] = [];
  if (expected === 0) return missing;
  let count = 0;
  const turn = new Turn();
  for (const differing of from.freeze().differingFrom(other)) {
    if (++count % LOOK_RECORDS === 0 && turn.isOver) await turn.next();
    if (!differing) continue;
    const owner = differing.owner();
    for (const rrset of differing.rrsets()) {
      const there = other.find(owner)?.rrset(rrset.type, rrset.covered);
      if (!there || !isSame(rrset, there)) missing.push(...recordsOf(owner, without(rrset, there)));
    }
    if (missing.length > limit) return undefined;
    if (missing.length >= expected) return missing;
  }
  return missing;
}

/** Octet by octet and in the same order, as nearly all of two versions are. */
function isSame(rrset: Rrset, there: Rrset): boolean {
  return (
    there.ttlSeconds === rrset.ttlSeconds &&
    there.rdata.length === rrset.rdata.length &&
    there.rdata.every((one, i) => rrset.rdata[i]?.equals(one))
  );
}

function without(rrset: Rrset, there: Rrset | undefined): Rrset {
  if (there?.ttlSeconds !== rrset.ttlSeconds) return rrset;
  const keyOf = (one: Buffer): string => canonicalRdata(rrset.type, one).toString("latin1");
  const known = new Set(there.rdata.map(keyOf));
  return { ...rrset, rdata: rrset.rdata.filter((one) => !known.has(keyOf(one))) };
}
