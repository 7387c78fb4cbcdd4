import { Rcode } from "../dns/iana/rcode.ts";
import type { Query } from "./query.ts";
import { QueryError } from "./query-error.ts";
import { Validity } from "./contract/validity.ts";
import type { Result } from "./reply.ts";
import { Reply } from "./reply.ts";
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
  const block = router?.match(query.qname, query.qtype);
  return block ? block.chain(query) : new Reply(Rcode.REFUSED, 0, Validity.once);
}
