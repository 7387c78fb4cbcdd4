import { HEADER_OCTETS } from "../../dns/header.ts";
import type { Name } from "../../dns/name.ts";
import { MAX_RECORDS } from "../rrset-store.ts";

const MAX_MESSAGE_OCTETS = 65_535;
/** Of a question behind its name: type and class. */
const QUESTION_OCTETS = 4;
/** Of a record in front of its RDATA: a pointer to the owner, type, class, TTL and length. */
const HEAD_OCTETS = 12;

/** Whether a reply has room for all records of an RRset: of a larger one nobody could ever be told. */
export function fitsReply(owner: Name, rdata: Iterable<Buffer>): boolean {
  let records = 0;
  let octets = HEADER_OCTETS + owner.wire.length + QUESTION_OCTETS;
  for (const { length } of rdata) {
    records++;
    octets += HEAD_OCTETS + length;
  }
  return records <= MAX_RECORDS && octets <= MAX_MESSAGE_OCTETS;
}
