import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Message } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import { QueryError } from "../../server/query-error.ts";
import { createPolicy } from "../../upstream/policy.ts";
import type { Request } from "../../upstream/request.ts";
import type { TimerWheel } from "../../upstream/timer-wheel.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { UpstreamError } from "../../upstream/upstream-error.ts";
import type { Choice } from "./candidates.ts";
import type { ErrandTerms } from "./errand.ts";
import { Errand } from "./errand.ts";
import { patienceMs } from "./patience.ts";
import type { ForwardMetrics } from "./metrics.ts";
import type { ForwardOptions } from "./parse.ts";

/** Whoever waits for an errand. */
interface Client {
  readonly resolve: (message: Message) => void;
  readonly reject: (error: QueryError) => void;
}

/** The clients of an errand; empty once it is done. */
type Clients = Client[];

/** One `forward` of a server block: asks its upstreams, one after the other, for a reply. */
export class Stanza {
  readonly #upstreams: readonly Upstream[];
  readonly #metrics: ForwardMetrics;
  readonly #terms: ErrandTerms;
  /** Whoever asks the same while a reply is being fetched gets the same one (RFC 5452 §5). */
  readonly #clients = new Map<string, Clients>();
  #concurrent = 0;

  constructor(
    options: ForwardOptions,
    upstreams: readonly Upstream[],
    wheel: TimerWheel,
    metrics: ForwardMetrics,
  ) {
    const { maxFails, failfast, readTimeoutMs } = options;
    this.#upstreams = upstreams;
    this.#metrics = metrics;
    const choice: Choice = {
      upstreams,
      policy: createPolicy(options.policy),
      spray: createPolicy("random"),
      isDown: ({ health }) => maxFails > 0 && health.fails > maxFails,
      onBroken: () => metrics.healthcheckBroken.value++,
      failfast,
    };
    this.#terms = { options, choice, wheel, patienceMs: patienceMs(readTimeoutMs) };
  }

  /** Whether names such as this one are forwarded here. */
  matches(qname: Name): boolean {
    const { from, except } = this.#terms.options;
    if (!qname.isWithinAny(from)) return false;
    if (except.length === 0 || from.some((zone) => qname.equals(zone))) return true;
    return !qname.isWithinAny(except);
  }

  /** Whether this reply is one after which the next `forward` is to be tried. */
  leavesToNext({ rcode, answer }: Message): boolean {
    const { next, nextOnNodata } = this.#terms.options;
    return next.includes(rcode) || (nextOnNodata && rcode === Rcode.NOERROR && answer.length === 0);
  }

  /**
   * Gets a reply from one of the upstreams.
   * @param overTcp whether the client asked by a stream
   * @throws {QueryError} if none of them gives one in time, or too many queries are under way.
   */
  ask(request: Request, overTcp: boolean): Promise<Message> {
    const { maxConcurrent } = this.#terms.options;
    return new Promise((resolve, reject) => {
      if (maxConcurrent > 0 && this.#concurrent >= maxConcurrent) {
        this.#metrics.maxConcurrentRejects.value++;
        return reject(tooMany(maxConcurrent));
      }
      this.#concurrent++;
      this.#share(request, overTcp, { resolve, reject });
    });
  }

  stop(): void {
    for (const upstream of this.#upstreams) upstream.stop();
  }

  #share(request: Request, overTcp: boolean, client: Client): void {
    const key = overTcp ? `${request.key}tcp` : request.key;
    const known = this.#clients.get(key);
    if (known) {
      known.push(client);
      return;
    }
    const clients: Clients = [client];
    this.#clients.set(key, clients);
    const end = (): Clients => {
      this.#clients.delete(key);
      this.#concurrent -= clients.length;
      // A Map's outgrown tables would keep them (see `TimerWheel`).
      return clients.splice(0);
    };
    const onReply = (message: Message): void => {
      for (const { resolve } of end()) resolve(message);
    };
    const onFailure = (failure: UpstreamError | undefined): void => {
      const error = queryError(failure);
      for (const { reject } of end()) reject(error);
    };
    new Errand(this.#terms, request, overTcp, onReply, onFailure).begin();
  }
}

function tooMany(maxConcurrent: number): QueryError {
  const message = `concurrent queries exceeded maximum ${maxConcurrent}`;
  const ede = ExtendedErrorCode.OTHER;
  return new QueryError(Rcode.REFUSED, message, { ede, explanation: "too many queries" });
}

function queryError(failure: UpstreamError | undefined): QueryError {
  if (!failure) {
    const details = { ede: ExtendedErrorCode.NO_REACHABLE_AUTHORITY };
    return new QueryError(Rcode.SERVFAIL, "no healthy proxies", details);
  }
  const isSilent = failure.trouble === "timeout";
  const { NO_REACHABLE_AUTHORITY, NETWORK_ERROR } = ExtendedErrorCode;
  return new QueryError(Rcode.SERVFAIL, `Cannot forward to ${failure.message}`, {
    ede: isSilent ? NO_REACHABLE_AUTHORITY : NETWORK_ERROR,
    cause: failure,
  });
}
