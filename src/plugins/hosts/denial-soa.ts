import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";

/** A file may get another line at any time. */
const MAX_TTL_SECONDS = 60;
const NOBODY = Name.parse("nobody.invalid.");

/**
 * A SOA record that says for how long a name may be said to have no such data (RFC 2308 §2.2), made
 * as RFC 6303 §3 makes those of local zones. Its owner is the zone that the name is in; for a name
 * in the root zone, which is not ours, the name itself.
 */
export function denialSoa(qname: Name, zones: readonly Name[], ttlSeconds: number): ResourceRecord {
  let apex = Name.root;
  for (const zone of zones) {
    if (qname.isWithin(zone) && zone.wire.length > apex.wire.length) apex = zone;
  }
  const owner = apex.wire.length > 1 ? apex : qname;
  const minimum = Math.min(ttlSeconds, MAX_TTL_SECONDS);
  const rdata = SOA.encode({
    mname: owner,
    rname: NOBODY,
    serial: 1,
    refreshSeconds: 3_600,
    retrySeconds: 1_200,
    expireSeconds: 604_800,
    minimumSeconds: minimum,
  });
  return new ResourceRecord(owner, RrType.SOA, RrClass.IN, minimum, rdata);
}
