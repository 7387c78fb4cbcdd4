import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { HINFO } from "../../dns/rdata/hinfo.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Repetition, Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";

/** CoreDNS's words and time. */
const RDATA = HINFO.encode({ cpu: "ANY obsoleted", os: "See RFC 8482" });
const TTL_SECONDS = 8_482;
const FOLLOWS_CASE: Repetition = { followsCase: true };

/** Answers questions for all types of a name with one short record (RFC 8482 §4.2). */
export function serveAny(query: Query, next: Next): Result {
  const { qname, qtype } = query;
  if (qtype !== RrType.ANY) return next(query);
  const reply = new Reply();
  reply.answer = [new ResourceRecord(qname, RrType.HINFO, RrClass.IN, TTL_SECONDS, RDATA)];
  reply.repetition = FOLLOWS_CASE;
  return reply;
}
