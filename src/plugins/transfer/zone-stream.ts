import { RrType } from "../../dns/iana/rr-type.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { ZoneChange, ZoneVersion } from "../../server/contract/zone-source.ts";

/**
 * What leads from an older version of a zone to this one (RFC 1995 §4); undefined where the whole zone has to be sent.
 * Each change begins with the SOA record that it takes away, and goes on with the one that it brings:
 *
 *     SOA 3;  SOA 1, gone, SOA 2, new;  SOA 2, gone, SOA 3, new;  SOA 3
 */
export function changesTo(
  version: ZoneVersion,
  serial: number,
): Iterable<ResourceRecord> | undefined {
  const changes = version.changesSince(serial);
  if (!changes || !areWhole(changes, serialOf(version.soa))) return undefined;
  return changeRecords(version.soa, changes);
}

/** Whether they can be told: each has its two SOA records, and the last leads to where we are. */
function areWhole(changes: readonly ZoneChange[], serial: number): boolean {
  if (changes.at(-1)?.toSerial !== serial) return false;
  return changes.every(
    ({ fromSerial, toSerial, removed, added }) =>
      fromSerial !== toSerial && removed.some(isSoa) && added.some(isSoa),
  );
}

function* changeRecords(
  soa: ResourceRecord,
  changes: readonly ZoneChange[],
): Generator<ResourceRecord, void> {
  yield soa;
  for (const { removed, added } of changes) {
    yield* soaFirst(removed);
    yield* soaFirst(added);
  }
  yield soa;
}

function* soaFirst(records: readonly ResourceRecord[]): Generator<ResourceRecord, void> {
  const soa = records.find(isSoa);
  if (soa) yield soa;
  for (const record of records) if (record !== soa) yield record;
}

function isSoa({ type }: ResourceRecord): boolean {
  return type === RrType.SOA;
}

export function serialOf(soa: ResourceRecord): number {
  return SOA.decode(soa.rdata)?.serial ?? 0;
}
