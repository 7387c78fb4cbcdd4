import { Flag } from "../dns/header.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import type { Query } from "../server/contract/query.ts";
import type { Outcome, Result } from "../server/contract/reply.ts";
import { DROPPED, Reply } from "../server/contract/reply.ts";
import { Validity } from "../server/contract/validity.ts";

/**
 * Adds what the rest of the world says about the target of the last alias. Whatever goes wrong
 * there, the aliases themselves are true: they are the answer then.
 */
export function resolveOutside(
  aliases: readonly ResourceRecord[],
  question: Query,
  resolve: (query: Query) => Result,
): Result {
  // What it says may age; and what is outside may be something else the next time.
  const alone = (): Reply => Reply.authoritative(aliases).narrow(Validity.once);
  const join = (outcome: Outcome): Reply => {
    if (outcome === DROPPED) return alone();
    const reply = Reply.authoritative([...aliases, ...outcome.answer]);
    reply.narrow(outcome.validity.and(Validity.once));
    reply.flags |= outcome.flags & Flag.TC;
    return reply;
  };
  try {
    const result = resolve(question);
    return result instanceof Promise ? result.then(join, alone) : join(result);
  } catch {
    return alone();
  }
}
