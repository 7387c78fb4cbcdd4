import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { A } from "../../dns/rdata/a.ts";
import { formatIpv4, formatIpv6 } from "../../dns/rdata/ip-address.ts";
import { PTR } from "../../dns/rdata/rfc1035-names.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { addressOfReverseName } from "../../dns/reverse-name.ts";
import type { Query } from "../../server/contract/query.ts";
import { Reply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { AddressRange } from "./address-range.ts";
import { isInRange } from "./address-range.ts";
import type { Place } from "./place.ts";
import type { Places } from "./places.ts";

/** Canonical text of the address that a record says; undefined for records of other types. */
export function addressOf({ type, rdata }: ResourceRecord): string | undefined {
  if (type === RrType.A) return formatIpv4(rdata);
  return type === RrType.AAAA ? formatIpv6(rdata) : undefined;
}

/**
 * A section in whose place records of a cluster's addresses say those of this machine, each once.
 * @param places by address in the cluster
 */
export function localized(
  section: readonly ResourceRecord[],
  places: ReadonlyMap<string, Place>,
): readonly ResourceRecord[] {
  const told = new Set<string>();
  return section.flatMap((record) => {
    const place = places.get(addressOf(record) ?? "");
    if (!place) return [record];
    place.owner = record.owner;
    const key = `${place.address} ${record.owner.key}`;
    if (told.has(key)) return [];
    told.add(key);
    const { owner, ttlSeconds } = record;
    const rdata = A.encode({ address: place.address });
    return [new ResourceRecord(owner, RrType.A, RrClass.IN, ttlSeconds, rdata)];
  });
}

/** How long others may keep the name of an address: it may be closed, and become another's. */
const POINTER_TTL_SECONDS = 5;

/** The reply to a question for the name of an address that has been given out; undefined for any other. */
export function pointerReply(
  { qname, qtype }: Query,
  range: AddressRange,
  places: Places,
): Reply | undefined {
  const address = addressOfReverseName(qname.key);
  if (address === undefined || !isInRange(range, address)) return undefined;
  const target = places.at(address)?.owner;
  if (!target) return undefined;
  const rdata = PTR.encode({ target });
  const record = new ResourceRecord(qname, RrType.PTR, RrClass.IN, POINTER_TTL_SECONDS, rdata);
  return Reply.authoritative(qtype === RrType.PTR ? [record] : []).narrow(Validity.once);
}
