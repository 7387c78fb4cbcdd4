import type { Query } from "./query.ts";

/** Which of the queries for its zones a server block is for; one with another view may follow. */
export interface View {
  /** In metrics and the log. */
  readonly name: string;
  /** Whether the query is for this block; must not throw. */
  takes(query: Query): boolean;
}
