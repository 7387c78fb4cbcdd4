import { Flag } from "../../dns/header.ts";
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

/** What the errands of one `forward` have in common. */
export interface ErrandTerms {
  readonly options: ForwardOptions;
  readonly choice: Choice;
  readonly wheel: TimerWheel;
  /** From the query to its reply or failure. */
  readonly patienceMs: number;
  /** Told once of each errand, before those who wait for it are. */
  onEnd(errand: Errand): void;
}

/**
 * A reply being fetched: upstreams are asked in turn, the next one when one fails or is silent for
 * long. The first reply counts, be it from one that was thought to be silent:
 *
 *     0       150 ms      300 ms                 1100 ms     1700 ms
 *     first   second too  third too              first again  SERVFAIL
 */
export class Errand extends Expiring implements Waiter {
  /** See {@link Request.key}. */
  readonly key: string;
  /** Queries that wait for it. */
  clients = 1;
  /**
   * Rejects with what is wrong, or undefined if nobody could even be asked. Undefined once it is
   * done: who still holds the errand must not keep the reply.
   */
  reply: Promise<Message> | undefined;
  readonly #request: Request;
  readonly #terms: ErrandTerms;
  #overTcp: boolean;
  readonly #candidates: Candidates;
  readonly #deadlineMs: number;
  readonly #maxAttempts: number;
  #resolve!: (message: Message) => void;
  #reject!: (failure: UpstreamError | undefined) => void;
  #isDone = false;
  #attempts = 0;
  #failovers = 0;
  #pending = 0;
  #upstream: Upstream | undefined;
  #exchange: Exchange | undefined;
  /** With `failover` an upstream may have replied with a failure before another one says nothing. */
  #message: Message | undefined;
  #failure: UpstreamError | undefined;

  /** @param overTcp whether the client asked by a stream */
  constructor(key: string, terms: ErrandTerms, request: Request, overTcp: boolean) {
    super();
    const { forceTcp, preferUdp, maxConnectAttempts } = terms.options;
    const nowMs = performance.now();
    this.key = key;
    this.#terms = terms;
    this.#request = request;
    this.#overTcp = forceTcp || (overTcp && !preferUdp);
    this.#candidates = new Candidates(terms.choice, nowMs);
    this.#deadlineMs = nowMs + terms.patienceMs;
    this.#maxAttempts = (maxConnectAttempts ?? this.#twoRounds) || Infinity;
  }

  begin(): Promise<Message> {
    const reply = new Promise<Message>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.reply = reply;
    this.#askNext();
    return reply;
  }

  onReply(message: Message): void {
    if (this.#isDone) return;
    this.#pending--;
    const { options, choice } = this.#terms;
    if (options.preferUdp && (message.flags & Flag.TC) !== 0 && !this.#upstream?.isTls) {
      if (!this.#overTcp) return this.#repeatByTcp();
      // That of another upstream, by UDP still.
      if (this.#pending > 0) return;
    }
    this.#message = message;
    const isFinal = !options.failover.includes(message.rcode);
    if (isFinal || ++this.#failovers >= choice.upstreams.length) this.#finish();
    else this.#askNext();
  }

  onFailure(error: UpstreamError): void {
    if (this.#isDone) return;
    this.#pending--;
    this.#failure = error;
    const isPauseDue = this.#attempts - this.#failovers >= this.#twoRounds;
    if (isPauseDue && !this.#isOver) this.#wakeIn(PAUSE_MS);
    else this.#askNext();
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
      if (this.#pending === 0) this.#finish();
      return;
    }
    this.#upstream = upstream;
    this.#attempts++;
    this.#wakeIn(this.#candidates.hasFresh ? HEDGE_MS : REPEAT_MS);
    this.#send(upstream);
  }

  #repeatByTcp(): void {
    this.#overTcp = true;
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

  #finish(): void {
    const message = this.#message;
    this.#isDone = true;
    this.reply = this.#exchange = this.#message = undefined;
    this.#terms.wheel.cancel(this);
    this.#terms.onEnd(this);
    if (message) this.#resolve(message);
    else this.#reject(this.#failure);
  }
}
