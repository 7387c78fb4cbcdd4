import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { CNAME } from "../../dns/rdata/rfc1035-names.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Cell } from "../../observe/metrics.ts";
import type { Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Repetition, Reply, Result } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";

export interface WalkParts {
  readonly next: Next;
  /** Who else has the path. */
  readonly isFor: Validity;
  /** Counts names that were found at a later element. */
  readonly success: Cell;
}

/** Denials, and what is no answer at all: the search goes on. */
const INCONCLUSIVE: ReadonlySet<number> = new Set([
  Rcode.NXDOMAIN,
  Rcode.SERVFAIL,
  Rcode.REFUSED,
  Rcode.FORMERR,
  Rcode.NOTIMP,
]);

/** Whether a reply ends the search. */
export function isConclusive({ rcode }: Reply): boolean {
  return !INCONCLUSIVE.has(rcode);
}

/**
 * One query's way along a search path. The first conclusive reply is the client's, under the name
 * that it asked for; if there is none, the reply to the first question. A failure ends the search.
 */
export class Walk {
  readonly #query: Query;
  readonly #suffixes: readonly Name[];
  readonly #parts: WalkParts;
  /** What the client wants completed, without the root, in wire form. */
  readonly #base: string;
  /** To the question as it was asked. */
  #first: Outcome = DROPPED;
  /** Of all replies that the search went on from. */
  #validity: Validity = Validity.always;
  /** Of those and of the client's: each wants its repetitions counted. */
  readonly #repetitions: Repetition[] = [];

  /** @param suffixes of which the first is above the query's name */
  constructor(query: Query, suffixes: readonly Name[], parts: WalkParts) {
    this.#query = query;
    this.#suffixes = suffixes;
    this.#parts = parts;
    const [first = Name.root] = suffixes;
    this.#base = query.qname.wire.slice(0, -first.wire.length);
  }

  begin(): Result {
    return this.#goOn(0);
  }

  #goOn(from: number): Result {
    for (let i = from; i < this.#suffixes.length; i++) {
      const query = this.#question(i);
      if (!query) continue;
      const result = this.#parts.next(query);
      if (result instanceof Promise) {
        return result.then((outcome) => this.#take(outcome, i) ?? this.#goOn(i + 1));
      }
      const reply = this.#take(result, i);
      if (reply) return reply;
    }
    if (this.#first === DROPPED) return DROPPED;
    return this.#marked(this.#first, 0);
  }

  /** Undefined where the name would be too long. */
  #question(i: number): Query | undefined {
    if (i === 0) return this.#query;
    const suffix = this.#suffixes[i] ?? Name.root;
    const qname = Name.fromWire(`${this.#base}\0`).concat(suffix);
    if (qname) this.#query.trace?.note(`searching for "${qname}"`);
    return qname && this.#query.derive({ qname });
  }

  /** @returns the client's reply, if this is it */
  #take(outcome: Outcome, i: number): Reply | undefined {
    if (outcome === DROPPED) return undefined;
    if (isConclusive(outcome)) return i === 0 ? outcome : this.#found(outcome);
    if (i === 0) this.#first = outcome;
    this.#validity = this.#validity.and(outcome.validity);
    this.#repetitions.push(outcome.repetition);
    return undefined;
  }

  /** Gives the reply to another name the name that was asked for. */
  #found(reply: Reply): Reply {
    const { qname } = this.#query;
    const named = reply.answer.find(({ owner }) => !owner.equals(qname));
    if (named) {
      const rdata = CNAME.encode({ target: named.owner });
      const { ttlSeconds } = named;
      const alias = new ResourceRecord(qname, RrType.CNAME, RrClass.IN, ttlSeconds, rdata);
      reply.answer = [alias, ...reply.answer];
    }
    this.#parts.success.value++;
    this.#repetitions.push(reply.repetition);
    return this.#marked(reply, 1);
  }

  /** @param successes that each repetition of the reply is */
  #marked(reply: Reply, successes: number): Reply {
    const { isFor, success } = this.#parts;
    const { aging } = reply.repetition;
    const repetitions = this.#repetitions;
    reply.repetition = {
      ...(aging ? { aging } : {}),
      count(hits, nowMs): void {
        for (const repetition of repetitions) repetition.count?.(hits, nowMs);
        success.value += hits * successes;
      },
    };
    return reply.narrow(this.#validity).narrow(isFor);
  }
}
