import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Message } from "../../dns/message.ts";
import type { Exchange, Waiter } from "../../upstream/exchange.ts";
import type { Request } from "../../upstream/request.ts";
import type { TimerWheel } from "../../upstream/timer-wheel.ts";
import { Expiring } from "../../upstream/timer-wheel.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { UpstreamError } from "../../upstream/upstream-error.ts";
import type { Choice } from "./candidates.ts";
import { Candidates } from "./candidates.ts";
import type { ForwardOptions } from "./parse.ts";

/** An upstream that is silent for this long is not given up, but another one is asked as well. */
const HEDGE_MS = 150;
/** Where all have been asked, one of them is asked again after this: a datagram may be lost. */
const REPEAT_MS = 800;
/** Upstreams that refuse at once are not asked again without a pause after two rounds. */
const PAUSE_MS = 50;

/** How a fetch went, for those who want to know. */
export interface FetchReport {
  /** The upstream that has answered, or was asked last. */
  readonly upstream: string;
  /** Messages that came and were no replies to the question. */
  readonly strays: number;
  /** Whether a reply was cut short, and asked for again by TCP. */
  readonly wasTruncated: boolean;
}

/** What the fetches of one `forward` have in common. */
export interface FetchTerms {
  readonly options: ForwardOptions;
  readonly choice: Choice;
  readonly wheel: TimerWheel;
  /** From the query to its reply or failure. */
  readonly patienceMs: number;
  /** How long after that a reply is still listened for. */
  readonly lateMs: number;
  /** Told that a fetch has failed for those in a hurry, right before they are, and listens on. */
  onListen(fetch: SharedFetch): void;
  /** Told once of each fetch, before those who wait for it are. */
  onEnd(fetch: SharedFetch): void;
}

/**
 * A reply being fetched: upstreams are asked in turn, the next one when one fails or is silent for
 * long. The first reply counts, be it from one that was thought to be silent:
 *
 *     0       150 ms      300 ms                 1100 ms     1700 ms         6700 ms
 *     first   second too  third too              first again  SERVFAIL        the end
 *
 * At the end of patience nobody is asked any more, but who was silent is listened to for a while:
 * a name's first resolution may take a recursor some seconds. What comes then is for those who are
 * patient, and for whoever asks again meanwhile, for whom upstreams are asked once more.
 */
export class SharedFetch extends Expiring implements Waiter {
  /** See {@link Request.key}. */
  readonly key: string;
  /** Queries that wait for it, until it listens on. */
  clients = 0;
  readonly #request: Request;
  readonly #terms: FetchTerms;
  readonly #maxAttempts: number;
  #overTcp: boolean;
  #phase: "asking" | "listening" | "done" = "asking";
  #hasty: PromiseWithResolvers<Message> | undefined;
  #patient: PromiseWithResolvers<Message> | undefined;
  #candidates!: Candidates;
  #deadlineMs = 0;
  #attempts = 0;
  #failovers = 0;
  #pending = 0;
  #upstream: Upstream | undefined;
  #exchange: Exchange | undefined;
  /** Who is to be told how it went: usually nobody. */
  #curious: ((report: FetchReport) => void)[] | undefined;
  #strays = 0;
  #wasTruncated = false;
  /** The upstream that the reply is from. */
  #source = "";
  /** Those that were silent for too long. */
  readonly #late = new Set<Exchange>();
  /** With `failover` an upstream may have replied with a failure before another one says nothing. */
  #message: Message | undefined;
  #failure: UpstreamError | undefined;

  /** @param overTcp whether the client asked by a stream */
  constructor(key: string, terms: FetchTerms, request: Request, overTcp: boolean) {
    super();
    const { forceTcp, preferUdp, maxConnectAttempts } = terms.options;
    this.key = key;
    this.#terms = terms;
    this.#request = request;
    this.#overTcp = forceTcp || (overTcp && !preferUdp);
    this.#maxAttempts = (maxConnectAttempts ?? this.#twoRounds) || Infinity;
  }

  /** Whether it has failed for those in a hurry. */
  get isListening(): boolean {
    return this.#phase === "listening";
  }

  get lateUntilMs(): number {
    return this.#phase === "done" ? 0 : this.#deadlineMs + this.#terms.lateMs;
  }

  /**
   * The reply; rejects with what is wrong, or undefined if nobody could even be asked.
   * @param isPatient whether one that comes late will do
   */
  reply(isPatient: boolean): Promise<Message> {
    const waiting = isPatient
      ? (this.#patient ??= Promise.withResolvers<Message>())
      : (this.#hasty ??= Promise.withResolvers<Message>());
    return waiting.promise;
  }

  /** Tells how it went, before the reply or failure. */
  report(listener: (report: FetchReport) => void): void {
    (this.#curious ??= []).push(listener);
  }

  /** Asks upstreams, once more if it is listening. */
  begin(): void {
    const nowMs = performance.now();
    this.#phase = "asking";
    this.#candidates = new Candidates(this.#terms.choice, nowMs);
    this.#deadlineMs = nowMs + this.#terms.patienceMs;
    this.#attempts = this.#failovers = 0;
    this.#failure = undefined;
    this.#askNext();
  }

  /** Listens no more. */
  giveUp(): void {
    this.#end();
  }

  onReply(message: Message, exchange: Exchange): void {
    if (this.#phase === "done") return;
    const isLate = this.#late.delete(exchange);
    if (!isLate) this.#pending--;
    const { options, choice } = this.#terms;
    if (options.preferUdp && (message.flags & Flag.TC) !== 0 && !this.#upstream?.isTls) {
      if (!this.#overTcp && !isLate) return this.#repeatByTcp();
      // That of another upstream, by UDP still.
      if (this.#pending + this.#late.size > 0) return;
    }
    // A time-out of the upstream's own is no better than silence, while others may answer.
    if (this.isListening && message.rcode === Rcode.SERVFAIL && this.#late.size > 0) return;
    this.#message = message;
    this.#source = exchange.to;
    const isFinal = !options.failover.includes(message.rcode) || this.isListening;
    if (isFinal || ++this.#failovers >= choice.upstreams.length) this.#end();
    else this.#askNext();
  }

  onFailure(error: UpstreamError, exchange: Exchange): void {
    if (this.#phase === "done") return;
    if (this.#late.delete(exchange)) {
      if (this.isListening && this.#late.size === 0) this.#end();
      return;
    }
    this.#pending--;
    if (exchange.isLate) this.#late.add(exchange);
    // Silence is what takes the time, and what may end yet.
    if (this.#failure?.trouble !== "timeout") this.#failure = error;
    const isPauseDue = this.#attempts - this.#failovers >= this.#twoRounds;
    if (isPauseDue && !this.#isOver) this.#wakeIn(PAUSE_MS);
    else this.#askNext();
  }

  onStray(): void {
    this.#strays++;
  }

  /** The upstream asked last has said nothing yet, or the pause is over. */
  override expire(): void {
    if (this.#candidates.hasFresh) this.#upstream?.doubt();
    if (this.#exchange) this.#exchange.channel?.doubt(this.#exchange);
    this.#askNext();
  }

  get #twoRounds(): number {
    return 2 * this.#terms.choice.upstreams.length;
  }

  /** Whether no further attempt may be made. */
  get #isOver(): boolean {
    if (this.#attempts - this.#failovers >= this.#maxAttempts) return true;
    return performance.now() >= this.#deadlineMs;
  }

  #askNext(): void {
    const upstream = this.#attempts > 0 && this.#isOver ? undefined : this.#candidates.next();
    if (!upstream) {
      if (this.#pending === 0) this.#fail();
      return;
    }
    this.#upstream = upstream;
    this.#attempts++;
    this.#wakeIn(this.#candidates.hasFresh ? HEDGE_MS : REPEAT_MS);
    this.#send(upstream);
  }

  #repeatByTcp(): void {
    this.#overTcp = this.#wasTruncated = true;
    this.#send(this.#upstream as Upstream);
  }

  #send(upstream: Upstream): void {
    this.#pending++;
    const attempt = this.#attempts;
    const exchange = upstream.send(this.#request, this.#overTcp, this.#deadlineMs, this);
    // One that failed at once has been followed by another one.
    if (attempt === this.#attempts) this.#exchange = exchange;
  }

  #wakeIn(ms: number): void {
    this.#terms.wheel.start(this, Math.min(performance.now() + ms, this.#deadlineMs));
  }

  /** Nobody is left to ask, nor to wait for as long as those in a hurry do. */
  #fail(): void {
    if (this.#message || this.#late.size === 0) return this.#end();
    const hasty = this.#hasty;
    this.#phase = "listening";
    this.#hasty = this.#exchange = undefined;
    this.#terms.wheel.cancel(this);
    this.#terms.onListen(this);
    this.#tell();
    hasty?.reject(this.#failure);
  }

  #end(): void {
    const [message, failure, waiting] = [
      this.#message,
      this.#failure,
      [this.#hasty, this.#patient],
    ];
    this.#phase = "done";
    // Who still holds the fetch must not keep the reply.
    this.#hasty = this.#patient = this.#exchange = this.#message = undefined;
    this.#terms.wheel.cancel(this);
    for (const exchange of this.#late) exchange.cancel();
    this.#late.clear();
    this.#terms.onEnd(this);
    this.#tell();
    for (const one of waiting) {
      if (message) one?.resolve(message);
      else one?.reject(failure);
    }
  }

  #tell(): void {
    const curious = this.#curious;
    if (curious === undefined) return;
    this.#curious = undefined;
    const upstream = this.#source || (this.#upstream?.to ?? "");
    const report = { upstream, strays: this.#strays, wasTruncated: this.#wasTruncated };
    for (const listener of curious) listener(report);
  }
}
