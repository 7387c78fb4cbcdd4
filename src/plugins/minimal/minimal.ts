import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply, Result } from "../../server/contract/reply.ts";
import { mapReply } from "../../server/contract/reply.ts";

const NOTHING: readonly ResourceRecord[] = [];

/** Leaves nothing but the answer in replies that have one: the other sections are for those who go on asking. */
export function serveMinimal(query: Query, next: Next): Result {
  return mapReply(next(query), minimize);
}

function minimize(reply: Reply): Reply {
  if (reply.rcode !== Rcode.NOERROR || needsAuthority(reply)) return reply;
  reply.authority = NOTHING;
  reply.additional = NOTHING;
  return reply;
}

/** A denial is nothing without its SOA record, a referral without its name servers and their addresses. */
function needsAuthority({ answer, authority }: Reply): boolean {
  return (
    answer.length === 0 && authority.some(({ type }) => type === RrType.SOA || type === RrType.NS)
  );
}
