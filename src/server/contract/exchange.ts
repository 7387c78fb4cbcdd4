import type { Query } from "./query.ts";
import type { Outcome } from "./reply.ts";

/** A query and what has come of it. Valid during the call of `observe`. */
export interface Exchange {
  readonly query: Query;
  readonly outcome: Outcome;
  /** Length of the reply, of a `RecordStream` that of all its messages; 0 if it was dropped. */
  readonly octets: number;
  /** What was thrown, if the reply stands for a failure, or if a `RecordStream` broke off. */
  readonly failure: unknown;
}
