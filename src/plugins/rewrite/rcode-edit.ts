import { Rcode } from "../../dns/iana/rcode.ts";
import type { Query } from "../../server/contract/query.ts";
import { TooManyWaiting } from "../../server/pipeline/waiting-queries.ts";
import type { ReplyEdit } from "./asked-question.ts";

/** Larger codes need EDNS (RFC 6891 §6.1.3). */
const MAX_PLAIN_RCODE = 15;

/** Puts one response code in the place of another, in replies and for failures. */
export function changeRcode(query: Query, from: number, to: number): ReplyEdit {
  const sent = to > MAX_PLAIN_RCODE && !query.hasEdns ? Rcode.SERVFAIL : to;
  return {
    edit(reply) {
      if (reply.rcode === from) reply.rcode = sent;
    },
    editFailure(failure) {
      if (failure.rcode !== from || failure instanceof TooManyWaiting) return failure;
      return failure.withRcode(sent);
    },
  };
}
