import type { Message } from "../dns/message.ts";
import type { EdnsSupport } from "./edns-support.ts";
import type { Request } from "./request.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import { Expiring } from "./timer-wheel.ts";
import type { UpstreamError } from "./upstream-error.ts";
import { networkError, timeoutError } from "./upstream-error.ts";

/** What carries an exchange: the sockets of one protocol to one upstream. */
export interface Carrier {
  /** Where its sockets lead, for messages: `udp 192.0.2.1:53`. */
  readonly where: string;
  /** Sends an exchange by an open socket or a new one. */
  send(exchange: Exchange): void;
}

/** What an exchange waits on: a socket, or several, that know which exchange an id belongs to. */
export interface Channel {
  /** Where it leads, for messages: `udp 192.0.2.1:53`. */
  readonly where: string;
  /** Gives up an exchange whose time is over. */
  abandon(exchange: Exchange): void;
  /** This one waits for longer than is usual: nothing new should go the same way. */
  doubt(exchange: Exchange): void;
  /** Whether it can be listened to for this one's reply when its time is over, at nobody's cost. */
  listensFor(exchange: Exchange): boolean;
}

/** What the exchanges with one upstream have in common. */
export interface ExchangeTerms {
  /** The upstream's address and port: `192.0.2.1:53`. */
  readonly to: string;
  readonly wheel: TimerWheel;
  /** From sending to the reply. */
  readonly timeoutMs: number;
  /** What is known of the upstream's EDNS. */
  readonly edns: EdnsSupport;
  /** Told of every reply, and how long it took. */
  onReply(rcode: number, seconds: number): void;
  /** Told of every exchange that came to nothing. */
  onFailure(): void;
}

/**
 * Who began an exchange, and is told how it ended: once, but for an exchange that was silent for
 * too long and `isLate` now. Its reply may come yet, or another failure that is the last.
 */
export interface Waiter {
  /**
   * Until when, on the monotonic clock, a reply is of use that comes after the time for it. Without
   * this none is.
   */
  readonly lateUntilMs?: number;
  onReply(message: Message, exchange: Exchange): void;
  onFailure(error: UpstreamError, exchange: Exchange): void;
  /** Something with the right id came from the right place, and is no reply to the question. */
  onStray?(): void;
}

/** One question to one upstream, until its reply or the end of patience. */
export class Exchange extends Expiring {
  /** What is sent: without OPT once the upstream is found to know none. */
  request: Request;
  readonly beganMs: number = performance.now();
  /** Given anew each time it is sent by UDP. */
  id = 0;
  channel: Channel | undefined;
  /** Connections that it is under way on. */
  legs = 0;
  /** How often it was lost with its connection. */
  losses = 0;
  /** Whether it was sent by a second connection as well, since the first one let it wait. */
  isCopied = false;
  isOver = false;
  /** Whether its time is over and whoever waited has been told; its reply is still taken. */
  isLate = false;
  #isRepeated = false;
  readonly #terms: ExchangeTerms;
  readonly #pool: Carrier;
  readonly #deadlineMs: number;
  readonly #waiter: Waiter;

  /** @param deadlineMs the end, on the monotonic clock, whatever may happen in between */
  constructor(
    request: Request,
    terms: ExchangeTerms,
    pool: Carrier,
    deadlineMs: number,
    waiter: Waiter,
  ) {
    super();
    this.request = terms.edns.adapt(request, this.beganMs);
    this.#terms = terms;
    this.#pool = pool;
    this.#deadlineMs = deadlineMs;
    this.#waiter = waiter;
  }

  get to(): string {
    return this.#terms.to;
  }

  begin(): void {
    try {
      this.#pool.send(this);
    } catch (cause) {
      // Node throws at once for what cannot be connected to, and where there is no descriptor left.
      this.fail(networkError(this.#pool.where, cause));
    }
  }

  /** It has been sent: from now on the reply is waited for. */
  awaitReply(nowMs: number): void {
    if (this.isLate) return;
    const { wheel, timeoutMs } = this.#terms;
    wheel.start(this, Math.min(nowMs + timeoutMs, this.#deadlineMs));
  }

  /** It waits for its connection to open; the connection has a time-out of its own. */
  awaitConnection(): void {
    if (this.isLate) return;
    this.#terms.wheel.start(this, this.#deadlineMs);
  }

  /** Takes a packet with the right id; false if it is not the reply, and waiting goes on. */
  offer(packet: Buffer): boolean {
    const message = this.request.read(packet);
    if (message) this.accept(message);
    else this.#waiter.onStray?.();
    return message !== undefined;
  }

  /** Takes its reply. One that refuses EDNS is followed by the same question without it. */
  accept(message: Message): void {
    const { wheel, edns } = this.#terms;
    const nowMs = performance.now();
    wheel.cancel(this);
    this.#terms.onReply(message.rcode, (nowMs - this.beganMs) / 1000);
    if (this.#isRepeated) edns.learn(message, nowMs);
    const plain = edns.judge(this.request, message, nowMs);
    // There is no time left to put it otherwise.
    if (plain && this.isLate) return this.fail(timeoutError(this.#pool.where));
    if (plain) return this.#repeat(plain);
    this.isOver = true;
    this.#waiter.onReply(message, this);
  }

  /** Nothing happens if it is over already. */
  fail(error: UpstreamError): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#terms.wheel.cancel(this);
    if (!this.isLate) this.#terms.onFailure();
    this.#waiter.onFailure(error, this);
  }

  /** Nobody wants its reply any more, and nobody is told. */
  cancel(): void {
    this.isOver = true;
    this.#terms.wheel.cancel(this);
    this.channel?.abandon(this);
  }

  override expire(): void {
    const { channel } = this;
    const error = timeoutError(channel?.where ?? "upstream");
    const { lateUntilMs = 0 } = this.#waiter;
    const mayListen = !this.isLate && lateUntilMs > performance.now();
    if (!mayListen || !channel?.listensFor(this)) {
      channel?.abandon(this);
      return this.fail(error);
    }
    channel.doubt(this);
    this.isLate = true;
    this.#terms.wheel.start(this, lateUntilMs);
    this.#terms.onFailure();
    this.#waiter.onFailure(error, this);
  }

  #repeat(request: Request): void {
    this.request = request;
    this.#isRepeated = true;
    this.legs = 0;
    this.losses = 0;
    this.isCopied = false;
    this.begin();
  }
}

/**
 * Begins an exchange through `begin` for somebody who waits by a promise.
 * @returns the reply; rejects with an {@link UpstreamError}
 */
export function promiseReply(begin: (waiter: Waiter) => void): Promise<Message> {
  return new Promise((resolve, reject) => begin({ onReply: resolve, onFailure: reject }));
}
