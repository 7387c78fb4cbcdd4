import { Rcode } from "../../dns/iana/rcode.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { ZoneChange } from "../../server/contract/zone-source.ts";
import { faultOfNames } from "../check-zone.ts";
import type { FrozenZone, ZoneData } from "../zone-data.ts";
import type { Rehearsed, Zone } from "../zone.ts";
import { checkPrerequisites } from "./prerequisites.ts";
import { scanUpdates } from "./prescan.ts";
import type { UpdateMessage } from "./update-message.ts";
import type { UpdateVerdict } from "./update-verdict.ts";
import { refused } from "./update-verdict.ts";
import { ZoneEdit } from "./zone-edit.ts";

/** How large a zone may become. */
export interface ZoneLimits {
  readonly records: number;
  /** Of records in wire form, uncompressed. */
  readonly octets: number;
}

export interface UpdateTerms {
  readonly limits: ZoneLimits;
  /** Whether the one who asks may update that; asked when prerequisites are met (RFC 2136 §3.3). */
  readonly mayUpdate: (record: ResourceRecord) => boolean;
}

/** What became of an update. */
export interface Updated extends UpdateVerdict {
  /** Undefined if the zone is as it was. */
  readonly change?: ZoneChange;
  /** Why it could not be kept. */
  readonly trouble?: unknown;
}

/** An update, and on what terms it is asked for. */
export interface AskedUpdate {
  readonly message: UpdateMessage;
  readonly terms: UpdateTerms;
}

/** What updates come to, one upon the other, before any of it is kept or served. */
export interface DecidedUpdates {
  /** Of each of them. */
  readonly results: readonly Updated[];
  /** In order; none if the zone stays as it is. */
  readonly changes: readonly ZoneChange[];
  /** The version with all of them. */
  readonly next: FrozenZone;
  /** Of its records. */
  readonly count: number;
  /** As of `ZoneLimits`. */
  readonly octets: number;
}

/** @param octets of the zone as it is */
export function decideUpdates(
  zone: Zone,
  asked: readonly AskedUpdate[],
  octets: number,
): DecidedUpdates {
  return zone.rehearse((data, apply) => {
    const changes: ZoneChange[] = [];
    let size = octets;
    const results = asked.map((one) => {
      const updated = decide(data, apply, one, size);
      if (!updated.change) return updated;
      changes.push(updated.change);
      size += growthOf(updated.change);
      return updated;
    });
    return { results, changes, next: data.freeze(), count: data.records, octets: size };
  });
}

function decide(
  data: ZoneData,
  apply: Rehearsed,
  { message: { prerequisites, updates }, terms: { limits, mayUpdate } }: AskedUpdate,
  octets: number,
): Updated {
  const unmet = checkPrerequisites(data, prerequisites);
  if (unmet) return unmet;
  if (!updates.every(mayUpdate)) return refused("the key does not permit that");
  const malformed = scanUpdates(data.origin, updates);
  if (malformed) return malformed;
  const edit = new ZoneEdit(data);
  for (const record of updates) edit.apply(record);
  const change = edit.change();
  if (!change) return { rcode: Rcode.NOERROR };
  if (edit.isTooLarge) return refused("the RRset would be too large");
  const count = data.records + change.added.length - change.removed.length;
  if (count > limits.records || octets + growthOf(change) > limits.octets)
    return refused("the zone would be too large");
  const fault = apply(change, (changed) => faultOf(changed, edit.names));
  return fault === undefined ? { rcode: Rcode.NOERROR, change } : refused(fault);
}

function growthOf({ added, removed }: ZoneChange): number {
  return octetsOf(added) - octetsOf(removed);
}

/** Of a record besides owner and RDATA: type, class, TTL and length. */
export const RECORD_OCTETS = 10;

function octetsOf(records: readonly ResourceRecord[]): number {
  return records.reduce((sum, { owner, rdata }) => {
    return sum + owner.wire.length + RECORD_OCTETS + rdata.length;
  }, 0);
}

function faultOf(data: ZoneData, names: readonly Name[]): string | undefined {
  const { origin, apex } = data;
  if (apex.hasDname && apex.hasNamesBelow)
    return `${origin.toString()}: a DNAME record with records below it`;
  const fault = faultOfNames(data, [origin, ...names]);
  return fault && `${fault.owner.toString()}: ${fault.message}`;
}
