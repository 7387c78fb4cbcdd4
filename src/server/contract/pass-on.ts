import type { Next } from "./plugin.ts";
import type { Query } from "./query.ts";
import { QueryError } from "./query-error.ts";
import type { Outcome, Result } from "./reply.ts";
import { DROPPED } from "./reply.ts";
import type { Validity } from "./validity.ts";

/**
 * Hands a query on for a reason that may cease to be, as that there is no such name here: what
 * comes back, be it a failure, holds good no longer than that (`by`).
 */
export function passOn(query: Query, next: Next, by: Validity): Result {
  const narrow = (outcome: Outcome): Outcome => {
    return outcome === DROPPED ? outcome : outcome.narrow(by);
  };
  const narrowFailure = (failure: unknown): never => {
    if (failure instanceof QueryError) failure.narrow(by);
    throw failure;
  };
  try {
    const result = next(query);
    return result instanceof Promise ? result.then(narrow, narrowFailure) : narrow(result);
  } catch (failure) {
    return narrowFailure(failure);
  }
}
