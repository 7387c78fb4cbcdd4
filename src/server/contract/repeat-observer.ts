import type { ReasonCode } from "./reason.ts";

/** Is told of queries that were answered by repeating a reply. Must not throw. */
export interface RepeatObserver {
  countRepeats(queries: RepeatedQueries): void;
}

/** Queries that are alike in all of this. Valid during the call. */
export interface RepeatedQueries {
  readonly count: number;
  /** From receiving one of them to sending its reply. */
  readonly seconds: number;
  readonly isIpv6: boolean;
  /** Whether they came over TCP rather than UDP. */
  readonly isStream: boolean;
  readonly qtype: number;
  readonly dnssecOk: boolean;
  readonly rcode: number;
  /** See `Reply.reason`. */
  readonly reason: ReasonCode | undefined;
  readonly queryOctets: number;
  readonly replyOctets: number;
}
