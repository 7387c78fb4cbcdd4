import type { Query } from "./query.ts";

/** Which of the queries for its zones a server block is for; one with another view may follow. */
export interface View {
  /** In metrics and the log. */
  readonly name: string;
  /** Whether the query is for this block; must not throw. */
  takes(query: Query): boolean;
  /** Why it does not take a query, for people: the condition that is not so. Must not throw. */
  refusal?(query: Query): ViewRefusal | undefined;
}

/** A condition of a view that does not hold. */
export interface ViewRefusal {
  /** `Corefile:3` */
  readonly at: string;
  /** As it is written. */
  readonly condition: string;
}
