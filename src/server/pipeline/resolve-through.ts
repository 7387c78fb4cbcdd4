import { Rcode } from "../../dns/iana/rcode.ts";
import type { Query } from "../contract/query.ts";
import { QueryError } from "../contract/query-error.ts";
import { Validity } from "../contract/validity.ts";
import type { Result } from "../contract/reply.ts";
import { mapReply, Reply } from "../contract/reply.ts";
import type { ServingBlock } from "./serving-block.ts";
import type { ZoneRouter } from "./zone-router.ts";

/** Questions of our own that may lie between a client's and the last one, as CoreDNS's limit. */
const MAX_DEPTH = 8;

/** Answers a plugin's own question as the client's would be, without telling observers. */
export function resolveThrough(router: ZoneRouter<ServingBlock> | undefined, query: Query): Result {
  if (query.depth > MAX_DEPTH) {
    throw new QueryError(
      Rcode.SERVFAIL,
      `Cannot resolve "${query.qname}": over ${MAX_DEPTH} steps`,
    );
  }
  const route = router?.match(query);
  if (!route) return new Reply(Rcode.REFUSED, 0, Validity.once);
  const { block, hasView } = route;
  const result = query.trace ? block.tracedChain(query) : block.chain(query);
  return hasView ? mapReply(result, (reply) => reply.narrow(Validity.perClient)) : result;
}
