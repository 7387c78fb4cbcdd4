import { isForRecords } from "../../server/contract/admission.ts";
import { isExtendedError } from "../../dns/extended-errors.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { extendedErrorOption } from "../../dns/edns.ts";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Name } from "../../dns/name.ts";
import type { Offer } from "../../server/contract/capability.ts";
import type { Flush, KeptReplies } from "../../server/contract/kept-replies.ts";
import { keptReplies } from "../../server/contract/kept-replies.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import type { TraceFact } from "../../server/contract/trace-fact.ts";
import type { ReplyClass } from "./classify.ts";
import { answersQuestion, classify, isKeepable } from "./classify.ts";
import { Entry, hideUnaskedAd } from "./entry.ts";
import type { CacheMetrics } from "./metrics.ts";
import type { CacheOptions, PrefetchOptions } from "./options.ts";
import { Refresher } from "./refresher.ts";
import { staleReply } from "./stale-reply.ts";
import { Store, keyOf } from "./store.ts";
import { lifetimeSeconds, limitsOf, setTtl } from "./ttl.ts";

/** Repeated replies are counted once a second: too seldom to see shorter gaps between them. */
const SHORTEST_GAP_MS = 2_000;

/** A failure that took as long to come was somebody's time-out: the answer may be there soon. */
const LONG_MS = 1_000;

/** Keeps replies for as long as their TTLs say, and answers from them without waiting. */
export class Cache implements Instance, KeptReplies {
  readonly passable = true;
  readonly offers: readonly Offer[] = [keptReplies.offer(this)];
  readonly #options: CacheOptions;
  readonly #zones: readonly Name[];
  readonly #metrics: CacheMetrics;
  readonly #store: Store;
  readonly #refresher: Refresher;
  /** Monotonic, so that setting the clock changes no TTL. */
  readonly #nowMs: () => number;

  constructor(
    options: CacheOptions,
    zones: readonly Name[],
    metrics: CacheMetrics,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#options = options;
    this.#zones = zones;
    this.#metrics = metrics;
    this.#nowMs = nowMs;
    this.#store = new Store(options, metrics);
    this.#refresher = new Refresher({
      recheckMs: options.serveStale?.recheckMs ?? 0,
      preferPositive: options.serveStale?.preferPositive ?? false,
      metrics,
      nowMs,
      keep: (query, reply) => this.#keep(query, reply, true),
      forgetFailure: (query) => this.#store.forgetFailure(keyOf(query)),
    });
  }

  serve(query: Query, next: Next): Result {
    const isTaken = query.qname.isWithinAny(this.#zones) && isForRecords(query);
    if (!isTaken || query.trace?.skipsCaches === true) return next(query);
    const nowMs = this.#nowMs();
    const entry = this.#store.find(keyOf(query), nowMs);
    if (!entry) return this.#miss(query, next);
    this.#countHits(entry, 1, nowMs);
    const left = entry.secondsLeft(nowMs);
    if (left <= 0) return this.#stale(entry, query, next, nowMs);
    if (this.#isDueForPrefetch(entry, left)) this.#refresher.prefetch(entry, query, next);
    query.trace?.note(...noteOf(entry, left, nowMs));
    this.#allowRepeating(entry);
    return entry.replyTo(query, this.#options.keepTtl ? entry.ttlSeconds : left);
  }

  async flush(flush: Flush): Promise<number> {
    const count = await this.#store.flush(flush);
    this.#countEntries();
    return count;
  }

  #miss(query: Query, next: Next): Result {
    query.trace?.note("no entry");
    this.#metrics.requests.value++;
    this.#metrics.misses.value++;
    // AD asks the source for its own AD, which later queries may want (RFC 6840 §5.7).
    const asked =
      (query.flags & Flag.AD) === 0 ? query.derive({ flags: query.flags | Flag.AD }) : query;
    const askedMs = this.#nowMs();
    let result: Result;
    try {
      result = next(asked);
    } catch (failure) {
      throw this.#keepFailure(query, next, failure);
    }
    if (!(result instanceof Promise)) return this.#take(query, result, 0);
    return result.then(
      (outcome) => this.#take(query, outcome, this.#nowMs() - askedMs),
      (failure: unknown) => {
        throw this.#keepFailure(query, next, failure);
      },
    );
  }

  #take(query: Query, outcome: Outcome, tookMs: number): Outcome {
    if (outcome === DROPPED) return outcome;
    const kind = classify(query, outcome, new Date());
    const isLong = kind === "failure" && outcome.rcode === Rcode.SERVFAIL && tookMs >= LONG_MS;
    const entry = this.#keepAs(isLong ? "timeout" : kind, query, outcome, false);
    // What comes out of the cache is without AA.
    if (entry && !outcome.isForwarded) {
      this.#allowRepeating(entry);
      outcome.repetition = entry.repetition ?? outcome.repetition;
      outcome.narrow(entry.validity);
    } else outcome.narrow(Validity.once);
    hideUnaskedAd(query, outcome);
    return outcome;
  }

  #keep(query: Query, reply: Reply, isRefresh: boolean): Entry | undefined {
    return this.#keepAs(classify(query, reply, new Date()), query, reply, isRefresh);
  }

  /** Puts the TTL for which it is good on a reply, and keeps it if it may be kept. */
  #keepAs(kind: ReplyClass, query: Query, reply: Reply, isRefresh: boolean): Entry | undefined {
    // EDNS is between neighbours and not to be kept (RFC 6891 §6.1.1); an explanation is news.
    if (reply.options.length > 0 && !reply.validity.isPerClient) {
      reply.options = reply.options.filter(isExtendedError);
    }
    const seconds = lifetimeSeconds(kind, reply, this.#options);
    if (seconds > 0) setTtl(reply, seconds);
    reply.hasOrderedTtls = this.#options[limitsOf(kind)].isMinTtlOrdered;
    if (seconds <= 0 || !isKeepable(kind, reply)) return undefined;
    const store = kind === "success" || kind === "referral" ? "success" : "denial";
    if (query.qname.isWithinAny(this.#options[store].except)) return undefined;
    const isAnswer = kind === "success" && answersQuestion(query, reply.answer);
    const [key, storedMs] = [keyOf(query), this.#nowMs()];
    const entry = new Entry(reply.copy(), { key, store, ttlSeconds: seconds, storedMs, isAnswer });
    this.#store.set(entry, isRefresh);
    this.#countEntries();
    return entry;
  }

  #countEntries(): void {
    this.#metrics.successEntries.value = this.#store.success.size;
    this.#metrics.denialEntries.value = this.#store.denial.size;
  }

  /** A failure is kept for a while too, so that clients who insist do not reach the source. */
  #keepFailure(query: Query, next: Next, failure: unknown): unknown {
    if (failure instanceof QueryError && failure.rcode === Rcode.SERVFAIL) {
      const reply = new Reply(Rcode.SERVFAIL, 0, failure.validity);
      reply.reason = failure.reason;
      reply.options = [extendedErrorOption(ExtendedErrorCode.CACHED_ERROR)];
      this.#keepAs(failure.isTimeout ? "timeout" : "failure", query, reply, false);
      if (failure.isTimeout) this.#refresher.awaitLate(query, next);
    }
    return failure;
  }

  #isDueForPrefetch(entry: Entry, left: number): boolean {
    const { prefetch } = this.#options;
    return (
      prefetch !== undefined &&
      entry.hits >= prefetch.amount &&
      left <= prefetchSeconds(entry, prefetch)
    );
  }

  #countHits(entry: Entry, count: number, nowMs: number): void {
    const { requests, successHits, denialHits } = this.#metrics;
    const hits = entry.store === "success" ? successHits : denialHits;
    requests.value += count;
    hits.value += count;
    const { prefetch } = this.#options;
    if (prefetch) entry.countHits(count, nowMs, prefetch.gapMs);
  }

  /** Replies may be repeated until their entry expires, or may be due for prefetching. */
  #allowRepeating(entry: Entry): void {
    if (entry.repetition) return;
    const { prefetch, keepTtl } = this.#options;
    if (prefetch && prefetch.gapMs < SHORTEST_GAP_MS) return;
    const { ttlSeconds, storedMs } = entry;
    const left = prefetch ? prefetchSeconds(entry, prefetch) : 0;
    entry.allowRepeating(storedMs + (ttlSeconds - left) * 1_000, {
      ...(keepTtl ? {} : { aging: { ttlSeconds, fromMs: storedMs } }),
      count: (hits, nowMs) => {
        this.#countHits(entry, hits, nowMs);
        this.#store.touch(entry, hits);
      },
    });
  }

  #stale(entry: Entry, query: Query, next: Next, nowMs: number): Result {
    const stale = this.#options.serveStale;
    if (!stale) return next(query);
    query.trace?.note(...noteOf(entry, entry.secondsLeft(nowMs), nowMs));
    const serveIt = (): Reply => {
      this.#metrics.servedStale.value++;
      return staleReply(entry, query, stale.ttlSeconds);
    };
    if (stale.mode === "verify" && query.mayWait) {
      const verified = this.#refresher.verify(entry, query, next, stale.verifyMs);
      return verified ? verified.then((reply) => reply ?? serveIt()) : serveIt();
    }
    this.#refresher.refreshStale(entry, query, next);
    return serveIt();
  }
}

function noteOf(entry: Entry, leftSeconds: number, nowMs: number): [string, TraceFact] {
  const ageSeconds = Math.floor((nowMs - entry.storedMs) / 1_000);
  const state = leftSeconds > 0 ? `${leftSeconds} s left` : `expired ${-leftSeconds} s ago`;
  const holds = entry.store === "success" ? "answer" : entry.isFailure ? "failure" : "denial";
  const note = `entry, kept ${ageSeconds} s ago, ${state}`;
  return [note, { kind: "cache", holds, ageSeconds, leftSeconds }];
}

/** An entry with no more than this left is fetched again if it is popular; no failure is. */
function prefetchSeconds(entry: Entry, { percentage }: PrefetchOptions): number {
  return entry.isFailure ? 0 : Math.ceil((percentage / 100) * entry.ttlSeconds);
}
