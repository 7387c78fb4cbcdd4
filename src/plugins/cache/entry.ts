import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Repetition, Reply } from "../../server/contract/reply.ts";
import { ownOctets } from "./own-octets.ts";
import { setTtl } from "./ttl.ts";

/** What an entry takes without its records, and each record with its copy of another TTL; measured. */
const [ENTRY_OCTETS, RECORD_OCTETS] = [1_300, 370];

/** A reply that is kept. */
export class Entry {
  /** What it is found by. */
  readonly key: string;
  readonly store: "success" | "denial";
  readonly ttlSeconds: number;
  readonly storedMs: number;
  /** Whether it answers its question, rather than being merely no denial. */
  readonly isAnswer: boolean;
  /** An answer under the same key that a reply which is none came after. */
  lastAnswer: Entry | undefined;
  readonly #octets: number;
  /** Hits without too long a gap, for prefetching. */
  hits = 0;
  isRefreshing = false;
  /** No refresh before this. */
  retryAfterMs = 0;
  #lastHitMs = 0;
  readonly #reply: Reply;
  /** The reply with the TTL it had last: popular names are asked many times a second. */
  #aged: Reply;
  #agedTtl: number;
  /** What its replies depend on besides: it ends when another entry takes its place. */
  #own: State | undefined;
  #isReplaced = false;
  /** Of replies that are made of it; said when there is the first one. */
  #validity: Validity | undefined;
  #repetition: Repetition | undefined;

  /** @param reply becomes the entry's own */
  constructor(
    reply: Reply,
    details: Pick<Entry, "key" | "store" | "ttlSeconds" | "storedMs" | "isAnswer">,
  ) {
    this.key = details.key;
    this.store = details.store;
    this.ttlSeconds = details.ttlSeconds;
    this.storedMs = details.storedMs;
    this.isAnswer = details.isAnswer;
    if (reply.isForwarded) reply.flags &= ~Flag.AA;
    // What stands on the cluster or on a file is made of records that are there in any case.
    if (reply.validity.states.length === 0) ownOctets(reply);
    this.#reply = reply;
    this.#octets = ENTRY_OCTETS + details.key.length + octetsOf(reply);
    this.#aged = reply;
    this.#agedTtl = details.ttlSeconds;
  }

  /** Whether what it says is still so, apart from its age. */
  isCurrent(nowMs: number): boolean {
    const { validity } = this.#reply;
    return nowMs < validity.untilMs && validity.isCurrent;
  }

  /** About how much memory it takes. */
  get octets(): number {
    return this.#octets + (this.lastAnswer?.octets ?? 0);
  }

  /** Whether it says that something went wrong, rather than what there is or is not. */
  get isFailure(): boolean {
    const { rcode } = this.#reply;
    return rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN;
  }

  /** Seconds left; from 0 down if it has expired. */
  secondsLeft(nowMs: number): number {
    return this.ttlSeconds - Math.floor((nowMs - this.storedMs) / 1000);
  }

  /** The reply for a query, with this TTL; the querier's own to edit. */
  replyTo(query: Query, ttlSeconds: number): Reply {
    if (ttlSeconds !== this.#agedTtl) {
      this.#aged = this.#reply.copy();
      setTtl(this.#aged, ttlSeconds);
      this.#agedTtl = ttlSeconds;
    }
    const reply = this.#aged.copy(this.validity);
    if (this.#repetition) reply.repetition = this.#repetition;
    hideUnaskedAd(query, reply);
    return reply;
  }

  /** Of a reply that is made of it. */
  get validity(): Validity {
    return this.#validity ?? this.#reply.validity.and(Validity.once);
  }

  get repetition(): Repetition | undefined {
    return this.#repetition;
  }

  /** Lets replies that are made of it be repeated, unless it has been replaced. */
  allowRepeating(untilMs: number, repetition: Repetition): void {
    if (this.#isReplaced) return;
    this.#own = new State();
    const own = Validity.dependingOn(this.#own).and(Validity.until(untilMs));
    this.#validity = this.#reply.validity.kept().and(own);
    this.#repetition = repetition;
  }

  /** Another entry is to be looked at from now on. */
  replaced(): void {
    this.retire()?.end();
  }

  /** It is to be looked at no more. @returns what is to be ended for that, perhaps with others' */
  retire(): State | undefined {
    this.#isReplaced = true;
    this.#validity = undefined;
    return this.#own;
  }

  countHits(count: number, nowMs: number, gapMs: number): void {
    this.hits = nowMs - this.#lastHitMs > gapMs ? count : this.hits + count;
    this.#lastHitMs = nowMs;
  }

  /** Takes over the popularity of the entry it replaces. */
  inheritHits(from: Entry, nowMs: number): void {
    this.hits = from.hits;
    this.#lastHitMs = nowMs;
  }

  /** @returns false if one is under way, or the last one failed too short a while ago. */
  beginRefresh(nowMs: number): boolean {
    if (this.isRefreshing || nowMs < this.retryAfterMs) return false;
    this.isRefreshing = true;
    return true;
  }

  endRefresh(retryAfterMs: number): void {
    this.retryAfterMs = retryAfterMs;
    this.isRefreshing = false;
  }
}

function octetsOf({ answer, authority, additional, options }: Reply): number {
  let octets = 0;
  for (const records of [answer, authority, additional]) {
    for (const { rdata } of records) octets += RECORD_OCTETS + rdata.length;
  }
  for (const { data } of options) octets += RECORD_OCTETS + data.length;
  return octets;
}

/** AD is for those who set DO or AD themselves (RFC 6840 §5.7). */
export function hideUnaskedAd(query: Query, reply: Reply): void {
  if (!query.dnssecOk && (query.flags & Flag.AD) === 0) reply.flags &= ~Flag.AD;
}
