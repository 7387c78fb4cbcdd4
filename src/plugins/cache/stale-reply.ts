import { extendedErrorOption } from "../../dns/edns.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply } from "../../server/contract/reply.ts";
import type { Entry } from "./entry.ts";

/** The reply of an expired entry, which says so (RFC 8914 §4.4 and §4.20). */
export function staleReply(entry: Entry, query: Query, ttlSeconds: number): Reply {
  const reply = entry.replyTo(query, ttlSeconds).narrow(Validity.once);
  reply.repetition = {};
  reply.hasOrderedTtls = true;
  const isNxdomain = reply.rcode === Rcode.NXDOMAIN;
  const code = isNxdomain
    ? ExtendedErrorCode.STALE_NXDOMAIN_ANSWER
    : ExtendedErrorCode.STALE_ANSWER;
  reply.options = [...reply.options, extendedErrorOption(code)];
  return reply;
}
