import { Flag } from "../../dns/header.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply, Result } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";

/**
 * Adds to a reply what the rest of the world says to some questions. Whatever goes wrong there, the reply
 * itself is true.
 * @param put receives the records that were found
 */
export function addOutside(
  reply: Reply,
  questions: readonly Query[],
  resolve: (query: Query) => Result,
  put: (found: readonly ResourceRecord[]) => void,
): Reply | Promise<Reply> {
  const finish = (replies: readonly (Reply | undefined)[]): Reply => {
    // What it says may age; and what is outside may be something else the next time.
    reply.narrow(Validity.once);
    for (const found of replies) {
      if (!found) continue;
      reply.narrow(found.validity);
      reply.flags |= found.flags & Flag.TC;
    }
    put(replies.flatMap((found) => found?.answer ?? []));
    return reply;
  };
  const results = questions.map((question) => attempt(question, resolve));
  const atOnce = results.flatMap((result) => (result instanceof Promise ? [] : [result]));
  if (atOnce.length === results.length) return finish(atOnce);
  return Promise.all(results.map(async (result) => result)).then(finish);
}

function attempt(
  question: Query,
  resolve: (query: Query) => Result,
): Reply | undefined | Promise<Reply | undefined> {
  try {
    const result = resolve(question);
    if (!(result instanceof Promise)) return result === DROPPED ? undefined : result;
    return result.then(
      (outcome) => (outcome === DROPPED ? undefined : outcome),
      () => undefined,
    );
  } catch {
    return undefined;
  }
}
