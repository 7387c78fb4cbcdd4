import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { contain, reportFault } from "../../observe/faults.ts";
import { internalClient } from "../../server/contract/internal-client.ts";
import type { Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { answersQuestion } from "./classify.ts";
import type { Entry } from "./entry.ts";
import { hideUnaskedAd } from "./entry.ts";
import type { CacheMetrics } from "./metrics.ts";
import { keyOf } from "./store.ts";

/** Nobody waits for a refresh, so its replies need not be cut short. */
const nobody = internalClient();
const nobodyByUdp = internalClient("udp");

export interface RefresherOptions {
  readonly recheckMs: number;
  readonly preferPositive: boolean;
  readonly metrics: CacheMetrics;
  readonly nowMs: () => number;
  /** Keeps a reply, after putting its TTL on it. */
  readonly keep: (query: Query, reply: Reply) => Entry | undefined;
  /** Forgets the failure that is kept in the place of a reply, if that is what is there. */
  readonly forgetFailure: (query: Query) => void;
}

/** Asks the source again for what is kept; never twice at a time for one entry. */
export class Refresher {
  readonly #options: RefresherOptions;
  /** Keys of questions whose answers may come late. */
  readonly #awaited = new Set<string>();

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  /** In the background, for a popular entry that is about to expire. */
  prefetch(entry: Entry, query: Query, next: Next): void {
    this.#inBackground(entry, query, next, 0, (asked, reply) => {
      this.#options.keep(asked, reply)?.inheritHits(entry, this.#options.nowMs());
      return true;
    });
  }

  /** In the background, for an expired entry. */
  refreshStale(entry: Entry, query: Query, next: Next): void {
    this.#inBackground(entry, query, next, this.#options.recheckMs, (asked, reply) => {
      return this.#accept(asked, reply) !== undefined;
    });
  }

  /**
   * Asks for an expired entry while the client waits, at most `timeoutMs` unless that is 0.
   * @returns the new reply, or undefined in it if the old one has to do; undefined if the source
   * is being asked already, or left alone after a failure.
   */
  verify(
    entry: Entry,
    query: Query,
    next: Next,
    timeoutMs: number,
  ): Promise<Reply | undefined> | undefined {
    const { recheckMs, nowMs } = this.#options;
    const isTracked = recheckMs > 0 || timeoutMs > 0;
    if (isTracked && !entry.beginRefresh(nowMs())) return undefined;
    const asked =
      timeoutMs > 0 ? inBackground(query) : query.derive({ flags: query.flags | Flag.AD });
    const refreshed = this.#ask(asked, next).then((outcome) => {
      const reply = this.#accept(asked, outcome);
      if (isTracked) entry.endRefresh(reply || recheckMs === 0 ? 0 : nowMs() + recheckMs);
      if (reply) hideUnaskedAd(query, reply);
      return reply;
    });
    return timeoutMs > 0 ? Promise.race([refreshed, expiry(timeoutMs)]) : refreshed;
  }

  /** After a time-out: what comes late stands in the place of the failure. */
  awaitLate(query: Query, next: Next): void {
    const key = keyOf(query);
    if (this.#awaited.has(key)) return;
    this.#awaited.add(key);
    const asked = inBackground(query);
    asked.isPatient = true;
    outcomeOf(asked, next)
      .then((outcome) => {
        this.#awaited.delete(key);
        if (this.#accept(asked, outcome)) this.#options.forgetFailure(asked);
      })
      .catch((error: unknown) => reportFault("late answer for the cache", error));
  }

  #inBackground(
    entry: Entry,
    query: Query,
    next: Next,
    recheckMs: number,
    take: (asked: Query, reply: Reply) => boolean,
  ): void {
    const { nowMs, metrics } = this.#options;
    if (!entry.beginRefresh(nowMs())) return;
    metrics.prefetches.value++;
    const asked = inBackground(query);
    const end = (isTaken: boolean): void =>
      entry.endRefresh(isTaken || recheckMs === 0 ? 0 : nowMs() + recheckMs);
    this.#ask(asked, next)
      .then((outcome) => end(outcome instanceof Reply && take(asked, outcome)))
      .catch((error: unknown) => contain("refresh of a cached answer", error, () => end(false)));
  }

  /** What the source says, whole; a failure is as good as silence here, but an answer may follow. */
  async #ask(query: Query, next: Next): Promise<Outcome> {
    const onTimeout = (): void => this.awaitLate(query, next);
    const outcome = await outcomeOf(query, next, onTimeout);
    const isCut = outcome instanceof Reply && (outcome.flags & Flag.TC) !== 0;
    if (!isCut || query.client.transport !== "udp") return outcome;
    return outcomeOf(query.derive({ client: nobody, options: [] }), next);
  }

  /** Keeps what is new; the reply, if it may take the place of an expired one. */
  #accept(query: Query, outcome: Outcome): Reply | undefined {
    if (outcome === DROPPED || (outcome.flags & Flag.TC) !== 0) return undefined;
    const isAccepted = this.#refreshes(query, outcome);
    // Where answers are preferred, a denial is kept beside the answer that it does not replace.
    if (isAccepted || this.#options.preferPositive) this.#options.keep(query, outcome);
    return isAccepted ? outcome : undefined;
  }

  /** Only NOERROR and NXDOMAIN say something new about the data (RFC 8767 §4). */
  #refreshes(query: Query, reply: Reply): boolean {
    if (this.#options.preferPositive) {
      return reply.rcode === Rcode.NOERROR && answersQuestion(query, reply.answer);
    }
    return reply.rcode === Rcode.NOERROR || reply.rcode === Rcode.NXDOMAIN;
  }
}

/** Asks as the client did: an upstream need not be reached in all ways. */
function inBackground(query: Query): Query {
  const client = query.client.transport === "udp" ? nobodyByUdp : nobody;
  // The options are the packet's, which will be gone.
  return query.derive({ flags: query.flags | Flag.AD, client, options: [] });
}

async function outcomeOf(query: Query, next: Next, onTimeout?: () => void): Promise<Outcome> {
  try {
    return await next(query);
  } catch (failure) {
    if (!(failure instanceof QueryError)) reportFault("plugin", failure);
    else if (failure.isTimeout) onTimeout?.();
    return DROPPED;
  }
}

function expiry(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, undefined).unref();
  });
}
