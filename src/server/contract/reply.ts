import type { EdnsOption } from "../../dns/edns.ts";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { ReasonCode } from "./reason.ts";
import { Validity } from "./validity.ts";

const NO_RECORDS: readonly ResourceRecord[] = [];
const NO_OPTIONS: readonly EdnsOption[] = [];
const PLAIN: Repetition = {};

/** How a reply is repeated while its validity allows it; and who counts that. */
export interface Repetition {
  /** Whether its names would be written as the question writes them, capitals and all. */
  readonly followsCase?: boolean;
  /** Whether its addresses stay in their order, though a plugin of the block is `"rotated"`. */
  readonly isOrdered?: boolean;
  /** If TTLs count down: what all of them are at a time on the clock of `performance.now()`. */
  readonly aging?: { readonly ttlSeconds: number; readonly fromMs: number };
  /** Is told of queries that were answered so; up to a second late. */
  count?(hits: number, nowMs: number): void;
}

/**
 * What a chain says to a query. It belongs to that query: plugins on the way back may edit it
 * in place (whoever keeps one, as `cache` does, copies). Section arrays are replaced, not changed.
 */
export class Reply {
  /** Response code with the bits that EDNS adds. */
  rcode: number;
  /** Of `Flag`: AA, TC, RA and AD; QR, RD and CD come from the query. */
  flags: number;
  /** RD, if not as the query has it (RFC 1035 §4.1.1 says that it has; `header` may say otherwise). */
  recursionDesired: boolean | undefined = undefined;
  answer: readonly ResourceRecord[] = NO_RECORDS;
  authority: readonly ResourceRecord[] = NO_RECORDS;
  additional: readonly ResourceRecord[] = NO_RECORDS;
  /** EDNS options, sent if the client speaks EDNS. */
  options: readonly EdnsOption[] = NO_OPTIONS;
  /** Whether another server said it: kept and said again, it has no authority (RFC 1035 §4.1.1). */
  isForwarded = false;
  /** Whether its TTLs are the operator's: sent as they are, be they above the SOA's minimum. */
  hasOrderedTtls = false;
  /** Why it denies or fails, where the plugin that made it says so. */
  reason: ReasonCode | undefined = undefined;
  /** How the server is to repeat it, where that is not octet by octet. */
  repetition: Repetition = PLAIN;
  #validity: Validity;

  constructor(rcode: number = Rcode.NOERROR, flags = 0, validity: Validity = Validity.always) {
    this.rcode = rcode;
    this.flags = flags;
    this.#validity = validity;
  }

  /** An authoritative reply with these answers. */
  static authoritative(answer: readonly ResourceRecord[] = NO_RECORDS): Reply {
    const reply = new Reply(Rcode.NOERROR, Flag.AA);
    reply.answer = answer;
    return reply;
  }

  /** An authoritative NXDOMAIN or NODATA with the zone's SOA (RFC 2308 §2). */
  static negative(rcode: number, soa: ResourceRecord): Reply {
    const reply = new Reply(rcode, Flag.AA);
    reply.authority = [soa];
    return reply;
  }

  /** For how long, and for whom, it holds good. */
  get validity(): Validity {
    return this.#validity;
  }

  /** Restricts the validity further; nobody can take that back. */
  narrow(by: Validity): this {
    this.#validity = this.#validity.and(by);
    return this;
  }

  /** RD and CD as they are in it. @param asked the flags of the query */
  repeatedFlags(asked: number): number {
    const { recursionDesired } = this;
    if (recursionDesired === undefined) return asked & (Flag.RD | Flag.CD);
    return (asked & Flag.CD) | (recursionDesired ? Flag.RD : 0);
  }

  /** @param validity of the copy, for whoever keeps it (`Validity.kept`) */
  copy(validity: Validity = this.#validity): Reply {
    const reply = new Reply(this.rcode, this.flags, validity);
    reply.recursionDesired = this.recursionDesired;
    reply.answer = this.answer;
    reply.authority = this.authority;
    reply.additional = this.additional;
    reply.options = this.options;
    reply.isForwarded = this.isForwarded;
    reply.hasOrderedTtls = this.hasOrderedTtls;
    reply.reason = this.reason;
    reply.repetition = this.repetition;
    return reply;
  }
}

/** Says that a query gets no reply at all. */
export const DROPPED: unique symbol = Symbol("dropped");
export type Dropped = typeof DROPPED;

export type Outcome = Reply | Dropped;
/** What `serve` returns: a promise only if somebody truly waits. */
export type Result = Outcome | Promise<Outcome>;

/** Edits a reply once it is there, at once if it is; a dropped query passes by. */
export function mapReply(result: Result, edit: (reply: Reply) => Outcome): Result {
  if (result instanceof Promise) return result.then((outcome) => mapOutcome(outcome, edit));
  return mapOutcome(result, edit);
}

function mapOutcome(outcome: Outcome, edit: (reply: Reply) => Outcome): Outcome {
  return outcome === DROPPED ? outcome : edit(outcome);
}
