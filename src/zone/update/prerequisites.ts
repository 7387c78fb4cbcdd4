import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { canonicalRdata } from "../../dns/rdata/canonical-rdata.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { ZoneData } from "../zone-data.ts";
import { isMetaType } from "./meta-types.ts";
import type { UpdateVerdict } from "./update-verdict.ts";
import { FORMAT_ERROR, NOT_IN_ZONE } from "./update-verdict.ts";

/** Records that have to be all that there is of their name and type. */
interface WantedSet {
  readonly record: ResourceRecord;
  readonly rdata: Set<string>;
}

/** What has to be so before an update is done (RFC 2136 §3.2). @returns undefined if it is */
export function checkPrerequisites(
  data: ZoneData,
  prerequisites: readonly ResourceRecord[],
): UpdateVerdict | undefined {
  const wanted = new Map<string, WantedSet>();
  for (const record of prerequisites) {
    if (record.ttlSeconds !== 0) return FORMAT_ERROR;
    if (!record.owner.isWithin(data.origin)) return NOT_IN_ZONE;
    if (record.class === RrClass.IN) {
      if (isMetaType(record.type) || record.type === RrType.ANY) return FORMAT_ERROR;
      want(wanted, record);
    } else {
      const rcode = rcodeOfBare(data, record);
      if (rcode !== Rcode.NOERROR) return { rcode };
    }
  }
  for (const set of wanted.values()) if (!isThere(data, set)) return { rcode: Rcode.NXRRSET };
  return undefined;
}

/** Whether a name or an RRset is to be there, or is not, whatever it says (RFC 2136 §2.4). */
function rcodeOfBare(data: ZoneData, record: ResourceRecord): number {
  const { owner, type, class: rrClass, rdata } = record;
  const isAbsence = rrClass === RrClass.NONE;
  if ((!isAbsence && rrClass !== RrClass.ANY) || rdata.length > 0 || isMetaType(type))
    return Rcode.FORMERR;
  const node = data.find(owner);
  if (type === RrType.ANY) {
    // Names between owners are not in use (RFC 2136 §3.2.4).
    const isInUse = node !== undefined && !node.isEmpty;
    if (isInUse !== isAbsence) return Rcode.NOERROR;
    return isAbsence ? Rcode.YXDOMAIN : Rcode.NXDOMAIN;
  }
  const exists = node?.rrsets().some((set) => set.type === type) === true;
  if (exists !== isAbsence) return Rcode.NOERROR;
  return isAbsence ? Rcode.YXRRSET : Rcode.NXRRSET;
}

function want(wanted: Map<string, WantedSet>, record: ResourceRecord): void {
  const key = `${record.type} ${record.owner.key}`;
  const set = wanted.get(key) ?? { record, rdata: new Set() };
  set.rdata.add(canonicalRdata(record.type, record.rdata).toString("latin1"));
  wanted.set(key, set);
}

/** TTLs do not matter (RFC 2136 §2.4.2). */
function isThere(data: ZoneData, { record: { owner, type }, rdata }: WantedSet): boolean {
  const sets = data.find(owner)?.rrsets() ?? [];
  const there = sets.filter((set) => set.type === type).flatMap((set) => set.rdata);
  return (
    there.length === rdata.size &&
    there.every((one) => rdata.has(canonicalRdata(type, one).toString("latin1")))
  );
}
