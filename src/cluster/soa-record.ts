import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { SOA } from "../dns/rdata/soa.ts";
import { ResourceRecord } from "../dns/resource-record.ts";

/** No negative answer is kept for longer, however long the records live. */
const MAX_SOA_TTL_SECONDS = 300;
const REFRESH_SECONDS = 7_200;
const RETRY_SECONDS = 1_800;
const EXPIRE_SECONDS = 86_400;
/** Where the server itself is to be found: `ns.dns` below the zone. */
export const NS_DNS = "\u0002ns\u0003dns";
const HOSTMASTER = "\u000ahostmaster";

/** @param apex the zone's name, in the case wanted */
export function soaRecord(apex: Name, serial: number, ttlSeconds: number): ResourceRecord {
  const rdata = SOA.encode({
    mname: inFrontOf(NS_DNS, apex),
    rname: inFrontOf(HOSTMASTER, apex),
    serial,
    refreshSeconds: REFRESH_SECONDS,
    retrySeconds: RETRY_SECONDS,
    expireSeconds: EXPIRE_SECONDS,
    minimumSeconds: ttlSeconds,
  });
  const ttl = Math.min(ttlSeconds, MAX_SOA_TTL_SECONDS);
  return new ResourceRecord(apex, RrType.SOA, RrClass.IN, ttl, rdata);
}

/** A zone so long that nothing fits in front of it names itself instead. */
function inFrontOf(labels: string, apex: Name): Name {
  return Name.fromWire(`${labels}\0`).concat(apex) ?? apex;
}
