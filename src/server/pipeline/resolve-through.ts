import { Rcode } from "../../dns/iana/rcode.ts";
import type { Query } from "../contract/query.ts";
import { QueryError } from "../contract/query-error.ts";
import { Validity } from "../contract/validity.ts";
import { passOn } from "../contract/pass-on.ts";
import { RecordStream } from "../contract/record-stream.ts";
import type { Outcome, Result } from "../contract/reply.ts";
import { DROPPED, Reply } from "../contract/reply.ts";
import { failureReply } from "./chain.ts";
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
  const chain = query.trace ? block.tracedChain : block.chain;
  return withReply(() => (hasView ? passOn(query, chain, Validity.perClient) : chain(query)));
}

/**
 * What is not said to this client may be said to others: silence, or a failure that was made for the
 * client, becomes a reply that says so; so does a stream of records, which only a client of the network can take. Whoever makes another reply of it narrows that by its validity.
 */
function withReply(ask: () => Result): Result {
  try {
    const result = ask();
    return result instanceof Promise ? result.then(orSilence, ofFailure) : orSilence(result);
  } catch (failure) {
    return ofFailure(failure);
  }
}

function orSilence(outcome: Outcome): Reply {
  const isNoAnswer = outcome === DROPPED || outcome instanceof RecordStream;
  return isNoAnswer ? new Reply(Rcode.SERVFAIL, 0, Validity.perClient) : outcome;
}

function ofFailure(failure: unknown): Outcome {
  if (!(failure instanceof QueryError) || !failure.validity.isPerClient) throw failure;
  return failureReply(failure).narrow(failure.validity);
}
