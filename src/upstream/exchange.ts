import type { Message } from "../dns/message.ts";
import type { Request } from "./request.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import { Expiring } from "./timer-wheel.ts";
import type { UpstreamError } from "./upstream-error.ts";
import { timeoutError } from "./upstream-error.ts";

/** What an exchange waits on: a socket that knows which exchange an id belongs to. */
export interface Channel {
  /** Where it leads, for messages: `udp 192.0.2.1:53`. */
  readonly where: string;
  /** Gives up an exchange whose time is over. */
  abandon(exchange: Exchange): void;
  /** An exchange waits for longer than is usual: nothing new should go the same way. */
  doubt(): void;
}

/** What the exchanges with one upstream have in common. */
export interface ExchangeTerms {
  readonly wheel: TimerWheel;
  /** From sending to the reply. */
  readonly timeoutMs: number;
  /** Told of every reply, and how long it took. */
  onReply(rcode: number, seconds: number): void;
  /** Told of every exchange that came to nothing. */
  onFailure(): void;
}

/** Who began an exchange, and is told once how it ended. */
export interface Waiter {
  onReply(message: Message, exchange: Exchange): void;
  onFailure(error: UpstreamError, exchange: Exchange): void;
}

/** One request to one upstream, until its reply or the end of patience. */
export class Exchange extends Expiring {
  readonly request: Request;
  readonly beganMs: number = performance.now();
  /** Given anew each time it is sent. */
  id = 0;
  channel: Channel | undefined;
  /** Whether it was lost with its connection and has been sent again. */
  wasResent = false;
  readonly #terms: ExchangeTerms;
  readonly #deadlineMs: number;
  readonly #waiter: Waiter;
  #isOver = false;

  /** @param deadlineMs the end, on the monotonic clock, whatever may happen in between */
  constructor(request: Request, terms: ExchangeTerms, deadlineMs: number, waiter: Waiter) {
    super();
    this.request = request;
    this.#terms = terms;
    this.#deadlineMs = deadlineMs;
    this.#waiter = waiter;
  }

  /** It has been sent: from now on the reply is waited for. */
  awaitReply(nowMs: number): void {
    const { wheel, timeoutMs } = this.#terms;
    wheel.start(this, Math.min(nowMs + timeoutMs, this.#deadlineMs));
  }

  /** It waits for its connection to open; the connection has a time-out of its own. */
  awaitConnection(): void {
    this.#terms.wheel.start(this, this.#deadlineMs);
  }

  /** Takes a packet with the right id; false if it is not the reply, and waiting goes on. */
  offer(packet: Buffer): boolean {
    const message = this.request.read(packet);
    if (!message) return false;
    this.#terms.wheel.cancel(this);
    this.#terms.onReply(message.rcode, (performance.now() - this.beganMs) / 1000);
    this.#isOver = true;
    this.#waiter.onReply(message, this);
    return true;
  }

  /** Nothing happens if it is over already. */
  fail(error: UpstreamError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#terms.wheel.cancel(this);
    this.#terms.onFailure();
    this.#waiter.onFailure(error, this);
  }

  override expire(): void {
    const { channel } = this;
    channel?.abandon(this);
    this.fail(timeoutError(channel?.where ?? "upstream"));
  }
}

/**
 * Begins an exchange through `begin` for somebody who waits by a promise.
 * @returns the reply; rejects with an {@link UpstreamError}
 */
export function promiseReply(begin: (waiter: Waiter) => void): Promise<Message> {
  return new Promise((resolve, reject) => begin({ onReply: resolve, onFailure: reject }));
}
