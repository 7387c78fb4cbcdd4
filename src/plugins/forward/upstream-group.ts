import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Message } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import { createPolicy } from "../../upstream/policy.ts";
import type { Request } from "../../upstream/request.ts";
import type { TimerWheel } from "../../upstream/timer-wheel.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { UpstreamError } from "../../upstream/upstream-error.ts";
import type { Choice } from "./candidates.ts";
import type { FetchReport, FetchTerms } from "./shared-fetch.ts";
import { SharedFetch } from "./shared-fetch.ts";
import { patienceMs } from "./patience.ts";
import type { ForwardMetrics } from "./metrics.ts";
import type { ForwardOptions } from "./parse.ts";

/** Late replies that are listened for at once, 2 KB each. */
const MAX_LISTENING = 500;

/** One `forward` of a server block: asks its upstreams, one after the other, for a reply. */
export class UpstreamGroup {
  readonly #choice: { -readonly [K in keyof Choice]: Choice[K] };
  readonly #metrics: ForwardMetrics;
  readonly #terms: FetchTerms;
  /** Whoever asks the same while a reply is being fetched gets the same one (RFC 5452 §5). */
  readonly #fetches = new Map<string, SharedFetch>();
  /** Those of them that have failed and listen for a late reply, the oldest first. */
  readonly #listening = new Set<SharedFetch>();
  #concurrent = 0;

  /** @param lateMs how long a late reply is of use to somebody; 0 for not at all */
  constructor(
    options: ForwardOptions,
    upstreams: readonly Upstream[],
    wheel: TimerWheel,
    metrics: ForwardMetrics,
    lateMs: number,
  ) {
    const { maxFails, failfast, readTimeoutMs } = options;
    this.#metrics = metrics;
    this.#choice = {
      upstreams,
      policy: createPolicy(options.policy),
      spray: createPolicy("random"),
      isDown: ({ health }) => maxFails > 0 && health.fails > maxFails,
      onBroken: () => metrics.healthcheckBroken.value++,
      failfast,
    };
    this.#terms = {
      options,
      choice: this.#choice,
      wheel,
      patienceMs: patienceMs(readTimeoutMs),
      lateMs,
      onListen: this.#onListen,
      onEnd: this.#onEnd,
    };
  }

  /** Whether names such as this one are forwarded here. */
  matches(qname: Name): boolean {
    const { from, except } = this.#terms.options;
    if (!qname.isWithinAny(from)) return false;
    if (except.length === 0 || from.some((zone) => qname.equals(zone))) return true;
    return !qname.isWithinAny(except);
  }

  /** Whether no reply is ever left to the next `forward`. */
  get isFinal(): boolean {
    const { next, nextOnNodata } = this.#terms.options;
    return next.length === 0 && !nextOnNodata;
  }

  /** Whether this reply is one after which the next `forward` is to be tried. */
  leavesToNext({ rcode, answer }: Message): boolean {
    const { next, nextOnNodata } = this.#terms.options;
    return next.includes(rcode) || (nextOnNodata && rcode === Rcode.NOERROR && answer.length === 0);
  }

  /**
   * Gets a reply from one of the upstreams.
   * @param overTcp whether the client asked by a stream
   * @param isPatient whether a reply that comes late will do: see `Query.isPatient`
   * @param tell is told how it went, before the reply or failure
   * @throws {QueryError} if too many queries are under way; else rejects as {@link SharedFetch.reply}.
   */
  ask(
    request: Request,
    overTcp: boolean,
    isPatient: boolean,
    tell?: (report: FetchReport) => void,
  ): Promise<Message> {
    const key = overTcp ? `${request.key}tcp` : request.key;
    const known = this.#fetches.get(key);
    if (isPatient && known?.isListening) return known.reply(true);
    const { maxConcurrent } = this.#terms.options;
    if (maxConcurrent > 0 && this.#concurrent >= maxConcurrent) {
      this.#metrics.maxConcurrentRejects.value++;
      return Promise.reject(tooMany(maxConcurrent));
    }
    this.#concurrent++;
    const fetch = known ?? new SharedFetch(key, this.#terms, request, overTcp);
    fetch.clients++;
    if (tell) fetch.report(tell);
    const reply = fetch.reply(isPatient);
    if (!known) this.#fetches.set(key, fetch);
    if (!known || this.#listening.delete(known)) fetch.begin();
    return reply;
  }

  stop(): void {
    for (const fetch of this.#listening) fetch.giveUp();
    for (const upstream of this.#choice.upstreams) upstream.stop();
  }

  /** Asks others from now on; whoever is not among them any more is the caller's to stop. */
  replace(upstreams: readonly Upstream[]): void {
    this.#choice.upstreams = upstreams;
  }

  readonly #onListen = (fetch: SharedFetch): void => {
    this.#release(fetch);
    this.#listening.add(fetch);
    if (this.#listening.size <= MAX_LISTENING) return;
    for (const oldest of this.#listening) return oldest.giveUp();
  };

  readonly #onEnd = (fetch: SharedFetch): void => {
    this.#release(fetch);
    this.#listening.delete(fetch);
    this.#fetches.delete(fetch.key);
  };

  #release(fetch: SharedFetch): void {
    this.#concurrent -= fetch.clients;
    fetch.clients = 0;
  }
}

function tooMany(maxConcurrent: number): QueryError {
  const message = `concurrent queries exceeded maximum ${maxConcurrent}`;
  const ede = ExtendedErrorCode.OTHER;
  return new QueryError(Rcode.REFUSED, message, {
    ede,
    explanation: "too many queries",
    reason: "too-many-waiting",
  });
}

/** What to tell of a failure of {@link UpstreamGroup.ask}. */
export function queryError(failure: unknown): QueryError {
  if (failure instanceof QueryError) return failure;
  if (!(failure instanceof UpstreamError)) {
    return new QueryError(Rcode.SERVFAIL, "no healthy proxies", {
      ede: ExtendedErrorCode.NO_REACHABLE_AUTHORITY,
      reason: "upstream-failed",
    });
  }
  const isSilent = failure.trouble === "timeout";
  const { NO_REACHABLE_AUTHORITY, NETWORK_ERROR } = ExtendedErrorCode;
  return new QueryError(Rcode.SERVFAIL, `Cannot forward to ${failure.message}`, {
    ede: isSilent ? NO_REACHABLE_AUTHORITY : NETWORK_ERROR,
    isTimeout: isSilent,
    reason: isSilent ? "upstream-silent" : "upstream-failed",
    cause: failure,
  });
}
