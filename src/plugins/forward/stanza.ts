import { setTimeout as sleep } from "node:timers/promises";
import { Flag } from "../../dns/header.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Message } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import { QueryError } from "../../server/query-error.ts";
import { createPolicy } from "../../upstream/policy.ts";
import type { Request } from "../../upstream/request.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { UpstreamError } from "../../upstream/upstream-error.ts";
import type { Choice } from "./candidates.ts";
import { Candidates } from "./candidates.ts";
import type { ForwardMetrics } from "./metrics.ts";
import type { ForwardOptions } from "./parse.ts";

/** For all attempts of one query together. */
const DEADLINE_MS = 5000;
/** Upstreams that refuse at once are not asked again without a pause after two rounds. */
const PAUSE_MS = 50;

/** A reply that is being fetched; gone once it is there. */
interface Errand {
  reply: Promise<Message> | undefined;
}

/** One `forward` of a server block: asks its upstreams, one after the other, for a reply. */
export class Stanza {
  readonly #options: ForwardOptions;
  readonly #upstreams: readonly Upstream[];
  readonly #metrics: ForwardMetrics;
  readonly #choice: Choice;
  /** Whoever asks the same while a reply is being fetched gets the same one (RFC 5452 §5). */
  readonly #errands = new Map<string, Errand>();
  #concurrent = 0;

  constructor(options: ForwardOptions, upstreams: readonly Upstream[], metrics: ForwardMetrics) {
    const { maxFails, failfast } = options;
    this.#options = options;
    this.#upstreams = upstreams;
    this.#metrics = metrics;
    this.#choice = {
      upstreams,
      policy: createPolicy(options.policy),
      spray: createPolicy("random"),
      isDown: ({ health }) => maxFails > 0 && health.fails > maxFails,
      onBroken: () => metrics.healthcheckBroken.value++,
      failfast,
    };
  }

  /** Whether names such as this one are forwarded here. */
  matches(qname: Name): boolean {
    const { from, except } = this.#options;
    if (!qname.isWithinAny(from)) return false;
    if (except.length === 0 || from.some((zone) => qname.equals(zone))) return true;
    return !qname.isWithinAny(except);
  }

  /** Whether this reply is one after which the next `forward` is to be tried. */
  leavesToNext({ rcode, answer }: Message): boolean {
    const { next, nextOnNodata } = this.#options;
    return next.includes(rcode) || (nextOnNodata && rcode === Rcode.NOERROR && answer.length === 0);
  }

  /**
   * Gets a reply from one of the upstreams.
   * @param overTcp whether the client asked by a stream
   * @throws {QueryError} if none of them gives one in time, or too many queries are under way.
   */
  async ask(request: Request, overTcp: boolean): Promise<Message> {
    const { maxConcurrent } = this.#options;
    if (maxConcurrent > 0 && this.#concurrent >= maxConcurrent) {
      this.#metrics.maxConcurrentRejects.value++;
      const message = `concurrent queries exceeded maximum ${maxConcurrent}`;
      const ede = ExtendedErrorCode.OTHER;
      throw new QueryError(Rcode.REFUSED, message, { ede, explanation: "too many queries" });
    }
    this.#concurrent++;
    try {
      return await this.#share(request, overTcp);
    } finally {
      this.#concurrent--;
    }
  }

  stop(): void {
    for (const upstream of this.#upstreams) upstream.stop();
  }

  #share(request: Request, overTcp: boolean): Promise<Message> {
    const key = overTcp ? `${request.key}tcp` : request.key;
    const known = this.#errands.get(key)?.reply;
    if (known) return known;
    const errand: Errand = { reply: undefined };
    this.#errands.set(key, errand);
    errand.reply = this.#run(key, errand, request, overTcp);
    return errand.reply;
  }

  async #run(key: string, errand: Errand, request: Request, overTcp: boolean): Promise<Message> {
    try {
      return await this.#askInTurn(request, overTcp);
    } finally {
      this.#errands.delete(key);
      // A Map's outgrown tables would keep the reply (see `TimerWheel`).
      errand.reply = undefined;
    }
  }

  async #askInTurn(request: Request, overTcp: boolean): Promise<Message> {
    const { maxFails, failover } = this.#options;
    const twoRounds = 2 * this.#upstreams.length;
    const { maxConnectAttempts = twoRounds } = this.#options;
    const deadlineMs = performance.now() + DEADLINE_MS;
    const candidates = new Candidates(this.#choice);
    let failures = 0;
    let failovers = 0;
    let reply: Message | undefined;
    let failure: unknown;
    for (let upstream = candidates.next(); upstream; upstream = candidates.next()) {
      if (failures >= twoRounds) await sleep(PAUSE_MS);
      try {
        reply = await this.#exchange(upstream, request, overTcp, deadlineMs);
        if (!failover.includes(reply.rcode) || ++failovers >= this.#upstreams.length) return reply;
      } catch (error) {
        failure = error;
        if (maxFails > 0) upstream.health.begin();
        if (++failures === maxConnectAttempts) break;
      }
      if (performance.now() >= deadlineMs) break;
    }
    // With `failover` an upstream may have replied with a failure before another one said nothing.
    if (reply) return reply;
    throw queryError(failure);
  }

  #exchange(
    upstream: Upstream,
    request: Request,
    overTcp: boolean,
    deadlineMs: number,
  ): Promise<Message> {
    const { forceTcp, preferUdp } = this.#options;
    const byTcp = forceTcp || (overTcp && !preferUdp);
    const reply = upstream.exchange(request, byTcp, deadlineMs);
    if (!preferUdp || byTcp || upstream.isTls) return reply;
    return reply.then((message) => {
      const isTruncated = (message.flags & Flag.TC) !== 0;
      return isTruncated ? upstream.exchange(request, true, deadlineMs) : message;
    });
  }
}

function queryError(failure: unknown): QueryError {
  if (!(failure instanceof UpstreamError)) {
    const details = { ede: ExtendedErrorCode.NO_REACHABLE_AUTHORITY, cause: failure };
    return new QueryError(Rcode.SERVFAIL, "no healthy proxies", details);
  }
  const isSilent = failure.trouble === "timeout";
  const { NO_REACHABLE_AUTHORITY, NETWORK_ERROR } = ExtendedErrorCode;
  return new QueryError(Rcode.SERVFAIL, `Cannot forward to ${failure.message}`, {
    ede: isSilent ? NO_REACHABLE_AUTHORITY : NETWORK_ERROR,
    cause: failure,
  });
}
