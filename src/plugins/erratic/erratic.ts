import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { A } from "../../dns/rdata/a.ts";
import { AAAA } from "../../dns/rdata/aaaa.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Admission } from "../../server/contract/admission.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import { TooManyWaiting } from "../../server/pipeline/waiting-queries.ts";
import type { ErraticOptions } from "./parse.ts";
import { transferredRecords } from "./transfer.ts";

/** RFC 5737 and RFC 3849. */
const ADDRESSES: ReadonlyMap<number, Buffer> = new Map([
  [RrType.A, A.encode({ address: "192.0.2.53" })],
  [RrType.AAAA, AAAA.encode({ address: "2001:db8::53" })],
]);
const LARGE_COUNT = 30;
/** It is ready with so many queries, and no more with so many, as in CoreDNS. */
const READY_FROM = 3;
const READY_UNTIL = 5;

/** Answers all queries alike, and some of them late, cut, or not at all: for tests of clients. */
export class Erratic implements Instance {
  readonly accepts: readonly Admission[] = ["transfer"];
  readonly #options: ErraticOptions;
  #queries = 0;

  constructor(options: ErraticOptions) {
    this.#options = options;
  }

  serve(query: Query): Result {
    const { drop = 0, delay = 0, delayMs = 0, truncate = 0 } = this.#options;
    const number = this.#queries++;
    const isDropped = isTurn(number, drop);
    const isTruncated = isTurn(number, truncate);
    const outcome = isDropped ? DROPPED : this.#answer(query, isTruncated);
    if (!isTurn(number, delay) || isDropped) return outcome;
    if (!query.mayWait) throw new TooManyWaiting();
    return new Promise<Outcome>((resolve) => setTimeout(resolve, delayMs, outcome));
  }

  /** Ready for a moment only: erratic in that, too. */
  notReady(): string | undefined {
    const isReady = this.#queries >= READY_FROM && this.#queries < READY_UNTIL;
    return isReady ? undefined : `${this.#queries} queries, ready with 3 or 4`;
  }

  #answer(query: Query, isTruncated: boolean): Reply {
    const { qname, qtype, qclass } = query;
    if (qtype === RrType.AXFR) return transfer(query, isTruncated);
    const rdata = qclass === RrClass.IN ? ADDRESSES.get(qtype) : undefined;
    if (!rdata) return new Reply(Rcode.SERVFAIL, 0, Validity.once);
    const record = new ResourceRecord(qname, qtype, RrClass.IN, 0, rdata);
    const isLarge = this.#options.isLarge === true && qtype === RrType.A;
    const reply = Reply.authoritative(
      Array.from({ length: isLarge ? LARGE_COUNT : 1 }, () => record),
    );
    if (isTruncated) reply.flags |= Flag.TC;
    return reply.narrow(Validity.once);
  }
}

/** Whether it is this query's turn, one of `amount`. */
function isTurn(number: number, amount: number): boolean {
  return amount > 0 && number % amount === 0;
}

/** A whole zone in one message; AXFR is for streams (RFC 5936 §4.2). */
function transfer({ qname, client }: Query, isTruncated: boolean): Reply {
  if (client.transport === "udp") return new Reply(Rcode.FORMERR, 0, Validity.once);
  const reply = Reply.authoritative(transferredRecords(qname, isTruncated));
  return reply.narrow(Validity.once);
}
