import { HEADER_OCTETS } from "../../dns/header.ts";
import type { Name } from "../../dns/name.ts";

/** As in BIND: a change of an RRset looks at all of its records for each that is new, and once more when it is served. */
export const MAX_RRSET_RECORDS = 100;
const MAX_MESSAGE_OCTETS = 65_535;
/** Of a question behind its name: type and class. */
const QUESTION_OCTETS = 4;
/** Of a record in front of its RDATA: a pointer to the owner, type, class, TTL and length. */
const HEAD_OCTETS = 12;

/** Whether an RRset may become that by updates: a reply has to have room for it, or nobody could ever be told. */
export function mayGrowTo(owner: Name, rdata: Iterable<Buffer>): boolean {
  let records = 0;
  let octets = HEADER_OCTETS + owner.wire.length + QUESTION_OCTETS;
  for (const { length } of rdata) {
    records++;
    octets += HEAD_OCTETS + length;
  }
  return records <= MAX_RRSET_RECORDS && octets <= MAX_MESSAGE_OCTETS;
}
