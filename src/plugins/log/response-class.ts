import { RrType } from "../../dns/iana/rr-type.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Reply } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";

export const CLASSES = ["success", "denial", "error"] as const;
export type ResponseClass = (typeof CLASSES)[number];

/** CoreDNS's words for kinds of replies. */
export type ResponseType =
  | "NOERROR"
  | "NXDOMAIN"
  | "SERVERERROR"
  | "NODATA"
  | "DELEGATION"
  | "META"
  | "OTHERERROR";

const CLASS_OF: Readonly<Record<ResponseType, ResponseClass>> = {
  NOERROR: "success",
  DELEGATION: "success",
  NXDOMAIN: "denial",
  NODATA: "denial",
  SERVERERROR: "error",
  META: "error",
  OTHERERROR: "error",
};

/** What was said to a query; saying nothing counts as an error. */
export function responseClass(query: Query, outcome: Outcome): ResponseClass {
  return CLASS_OF[responseType(query, outcome)];
}

export function responseType(query: Query, outcome: Outcome): ResponseType {
  if (outcome === DROPPED) return "OTHERERROR";
  if (query.qtype === RrType.AXFR || query.qtype === RrType.IXFR) return "META";
  if (query.dnssecOk && hasExpired(outcome)) return "OTHERERROR";
  return outcome.answer.length > 0 ? answeredType(outcome) : unansweredType(outcome);
}

function answeredType({ rcode }: Reply): ResponseType {
  if (rcode === Rcode.NOERROR) return "NOERROR";
  return rcode === Rcode.SERVFAIL || rcode === Rcode.NOTIMP ? "SERVERERROR" : "OTHERERROR";
}

/** Without an answer, the authority section tells NODATA from a referral (RFC 2308 §2.2). */
function unansweredType({ rcode, authority }: Reply): ResponseType {
  if (rcode === Rcode.NXDOMAIN) return "NXDOMAIN";
  if (rcode === Rcode.SERVFAIL || rcode === Rcode.NOTIMP) return "SERVERERROR";
  if (rcode !== Rcode.NOERROR) return "OTHERERROR";
  if (authority.some(({ type }) => type === RrType.SOA)) return "NODATA";
  return authority.some(({ type }) => type === RrType.NS) ? "DELEGATION" : "NOERROR";
}

function hasExpired({ answer, authority, additional }: Reply): boolean {
  const seconds = Math.floor(Date.now() / 1_000);
  return [answer, authority, additional].some((records) => {
    return records.some((record) => record.type === RrType.RRSIG && isInvalid(record, seconds));
  });
}

/**
 * Whether a signature is out of its time. In RRSIG (RFC 4034 §3.1), expiration is at octet 8 and
 * inception at 12, both seconds modulo 2^32: they are compared by serial arithmetic (§3.1.5).
 */
function isInvalid({ rdata }: ResourceRecord, seconds: number): boolean {
  if (rdata.length < 16) return true;
  const untilExpiration = (rdata.readUInt32BE(8) - seconds) | 0;
  const sinceInception = (seconds - rdata.readUInt32BE(12)) | 0;
  return untilExpiration < 0 || sinceInception < 0;
}
