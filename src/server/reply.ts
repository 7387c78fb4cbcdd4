import type { EdnsOption } from "../dns/edns.ts";
import { Flag } from "../dns/header.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import type { Basis, Reuse } from "./basis.ts";

const NO_RECORDS: readonly ResourceRecord[] = [];
const NO_OPTIONS: readonly EdnsOption[] = [];

/**
 * What a chain says to a query. It belongs to that query: plugins on the way back may edit it
 * in place (whoever keeps one, as `cache` does, copies). Section arrays are replaced, not changed.
 */
export class Reply {
  /** Response code with the bits that EDNS adds. */
  rcode: number;
  /** Of `Flag`: AA, TC, RA and AD; QR, RD and CD come from the query. */
  flags: number;
  answer: readonly ResourceRecord[] = NO_RECORDS;
  authority: readonly ResourceRecord[] = NO_RECORDS;
  additional: readonly ResourceRecord[] = NO_RECORDS;
  /** EDNS options, sent if the client speaks EDNS. */
  options: readonly EdnsOption[] = NO_OPTIONS;
  /** Whether another server said it: kept and said again, it has no authority (RFC 1035 §4.1.1). */
  isForwarded = false;
  /** Whether its TTLs are the operator's: sent as they are, be they above the SOA's minimum. */
  hasOrderedTtls = false;
  /** The state of things that it was made of, where that may change from one moment to the next. */
  basis: Basis | undefined;
  /**
   * Whether the server may repeat it without asking the chain again. Whoever adds to a reply what
   * depends on the client, or counts the queries that pass, takes this away or puts its own here.
   */
  reuse: Reuse | undefined;

  constructor(rcode: number = Rcode.NOERROR, flags = 0) {
    this.rcode = rcode;
    this.flags = flags;
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

  copy(): Reply {
    const reply = new Reply(this.rcode, this.flags);
    reply.answer = this.answer;
    reply.authority = this.authority;
    reply.additional = this.additional;
    reply.options = this.options;
    reply.isForwarded = this.isForwarded;
    reply.hasOrderedTtls = this.hasOrderedTtls;
    reply.basis = this.basis;
    reply.reuse = this.reuse;
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
