import { aliasTargets, endOfAliases } from "../../dns/aliases.ts";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { RRSIG } from "../../dns/rdata/rrsig.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply } from "../../server/contract/reply.ts";

/**
 * What a reply is to the cache. "incomplete" is an answer, but not to all of its question;
 * "timeout" stands for no reply at all, where one may come yet.
 */
export type ReplyClass =
  | "success"
  | "incomplete"
  | "referral"
  | "nxdomain"
  | "nodata"
  | "failure"
  | "timeout"
  | "other";

/** Whether such a reply may be kept for others. */
export function isKeepable(kind: ReplyClass, reply: Reply): boolean {
  if (kind === "other" || kind === "incomplete" || reply.validity.isPerClient) return false;
  // Without SOA nobody says for how long there is no such name (RFC 2308 §5).
  if (kind === "nxdomain" && !hasType(reply.authority, RrType.SOA)) return false;
  return (reply.flags & Flag.TC) === 0;
}

/** Sorts a reply to `query` as CoreDNS does. */
export function classify(query: Query, reply: Reply, now: Date): ReplyClass {
  if (query.dnssecOk && hasExpiredSignature(reply, now)) return "other";
  switch (reply.rcode) {
    case Rcode.NOERROR:
      return classifyNoError(query, reply);
    case Rcode.NXDOMAIN:
      // An alias in front of it is the answer to another question.
      return reply.answer.length === 0 ? "nxdomain" : "other";
    case Rcode.SERVFAIL:
    case Rcode.NOTIMP:
      return "failure";
    default:
      return "other";
  }
}

function classifyNoError(query: Query, { answer, authority }: Reply): ReplyClass {
  const hasSoa = hasType(authority, RrType.SOA);
  if (answersQuestion(query, answer)) return "success";
  if (hasSoa) return "nodata";
  // Aliases that lead to nothing (RFC 2308 §2.2); without SOA nobody says for how long.
  if (answer.length > 0) return "incomplete";
  return hasType(authority, RrType.NS) ? "referral" : "success";
}

function hasType(records: readonly ResourceRecord[], type: number): boolean {
  return records.some((record) => record.type === type);
}

/**
 * Whether there is a record of the asked class and type at the end of the chain of aliases that
 * begins at the question (RFC 1034 §3.6.2). A chain that forks or runs in a circle has no end.
 */
export function answersQuestion(query: Query, all: readonly ResourceRecord[]): boolean {
  const { qtype, qname } = query;
  if (isPlainAnswer(query, all)) return true;
  const records = all.filter((record) => isOfClass(record, query.qclass));
  if (qtype === RrType.ANY) return records.some(({ owner }) => owner.key === qname.key);
  const isOwn = ({ owner, type }: ResourceRecord): boolean =>
    type === RrType.CNAME && owner.key === qname.key;
  if (qtype === RrType.CNAME) return records.some(isOwn);
  const owner = endOfAliases(qname.key, aliasTargets(records));
  return records.some((record) => record.type === qtype && record.owner.key === owner);
}

/** The usual case: nothing but records of the type asked for, and none of them an alias. */
function isPlainAnswer(
  { qname, qtype, qclass }: Query,
  records: readonly ResourceRecord[],
): boolean {
  if (records.length === 0 || qtype === RrType.CNAME) return false;
  for (const record of records) {
    if (record.type !== qtype || record.class !== qclass || record.owner.key !== qname.key) {
      return false;
    }
  }
  return true;
}

function isOfClass(record: ResourceRecord, qclass: number): boolean {
  return qclass === RrClass.ANY || record.class === qclass;
}

/** Whether a signature in it is outside of its time (RFC 4034 §3.1.5). */
function hasExpiredSignature({ answer, authority, additional }: Reply, now: Date): boolean {
  const seconds = Math.floor(now.getTime() / 1000) >>> 0;
  return [...answer, ...authority, ...additional].some((record) => {
    if (record.type !== RrType.RRSIG) return false;
    const signature = RRSIG.decode(record.rdata);
    return !signature || !isWithin(seconds, signature.inception, signature.expiration);
  });
}

/** Serial number arithmetic (RFC 1982). */
function isWithin(seconds: number, from: number, to: number): boolean {
  return ((seconds - from) | 0) >= 0 && ((to - seconds) | 0) >= 0;
}
