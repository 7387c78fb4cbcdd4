import type { Socket } from "node:net";
import { guard } from "../observe/faults.ts";
import { FrameReader, frame } from "../dns/frame-reader.ts";
import type { Exchange } from "./exchange.ts";
import type { Leg } from "./pipeline.ts";
import { Pipeline, isLive } from "./pipeline.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import { Expiring } from "./timer-wheel.ts";
import { UpstreamError, networkError, timeoutError } from "./upstream-error.ts";

/** What a connection tells the pool it belongs to. */
export interface ConnectionKeeper {
  /** The server was seen to answer in any order. */
  onAnyOrder(): void;
  /** Replies have come: there is room for further queries. */
  onReplies(connection: StreamConnection): void;
  /** It will carry no more queries; these were under way. */
  onClosed(connection: StreamConnection, legs: readonly Leg[], error: UpstreamError): void;
}

/** How a connection to be opened is named and watched. */
export interface ConnectionTerms {
  readonly where: string;
  /** The socket's event for being ready: `connect` or `secureConnect`. */
  readonly openEvent: "connect" | "secureConnect";
  readonly openWithinMs: number;
  readonly wheel: TimerWheel;
}

/** One TCP or TLS connection, with one query under way or several (RFC 7766 §6.2.1.1). */
export class StreamConnection extends Expiring {
  readonly createdMs: number = performance.now();
  lastUsedMs: number = this.createdMs;
  /** Queries sent by it so far. */
  uses = 0;
  replies = 0;
  /** Whether it takes new queries. */
  isUsable = true;
  isOpen = false;
  readonly pipeline = new Pipeline();
  readonly #terms: ConnectionTerms;
  readonly #socket: Socket;
  readonly #keeper: ConnectionKeeper;
  readonly #reader = new FrameReader();
  /** From when on the first query under way has been waited for. */
  #waitingSinceMs: number = this.createdMs;
  #lastReplyMs = -Infinity;
  /** Somebody has waited for long, and nothing has come since. */
  #isDoubted = false;
  #error: UpstreamError | undefined;

  /** @param socket a connection being opened */
  constructor(socket: Socket, terms: ConnectionTerms, keeper: ConnectionKeeper) {
    super();
    this.#socket = socket;
    this.#terms = terms;
    this.#keeper = keeper;
    const on = (event: string, run: (chunk: Buffer) => void): void => {
      const destroy = (cause: Error): unknown => socket.destroy(cause);
      socket.on(event, guard("connection to an upstream", run, destroy));
    };
    on(terms.openEvent, () => this.#open());
    on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (cause) => (this.#error = networkError(terms.where, cause)));
    // A half-open connection is of no use: whoever ends it will not answer any more.
    socket.on("end", () => socket.destroy());
    on("close", () => this.#close());
    terms.wheel.start(this, this.createdMs + terms.openWithinMs);
  }

  /** Whether nothing has come for so long, though something is waited for. */
  isStalled(nowMs: number, patienceMs: number): boolean {
    return this.pipeline.count > 0 && nowMs - this.#waitingSinceMs > patienceMs;
  }

  /** Those that wait for longer than that, for others or since the server passed over them. */
  late(nowMs: number, patienceMs: number): readonly Leg[] {
    if (!this.isOpen) return [];
    return this.pipeline.late(this.isStalled(nowMs, patienceMs), nowMs - patienceMs);
  }

  /** Whether a new query may go here, without waiting for others for longer than `patienceMs`. */
  hasRoom(depth: number, nowMs: number, patienceMs: number): boolean {
    if (!this.isUsable || this.#isDoubted) return false;
    const isStalled = this.isStalled(nowMs, patienceMs);
    // Perhaps it never opens.
    if (isStalled && !this.isOpen) return false;
    return this.pipeline.count < (isStalled ? Math.min(depth, this.pipeline.window) : depth);
  }

  /** Whether the server went on after this query had been sent, and then ended the connection. */
  wasCutOff({ sentMs }: Leg, withinMs: number): boolean {
    return this.replies > 0 && sentMs - this.#lastReplyMs < withinMs;
  }

  send(exchange: Exchange): void {
    const nowMs = performance.now();
    if (this.pipeline.count === 0) this.#waitingSinceMs = nowMs;
    this.uses++;
    this.lastUsedMs = nowMs;
    exchange.legs++;
    const id = this.pipeline.add(exchange, nowMs);
    // The socket keeps what is written until it is open.
    this.#socket.write(frame(exchange.request.packet(id)));
    if (exchange.isCopied) return;
    if (this.isOpen) exchange.awaitReply(nowMs);
    else exchange.awaitConnection();
  }

  /** A query has waited for too long: if nothing came meanwhile, the connection may be dead. */
  abandon(exchange: Exchange): void {
    const leg = this.pipeline.remove(exchange);
    if (leg && leg.sentMs >= this.#lastReplyMs) this.retire();
    else if (leg) this.#closeIfDone();
  }

  doubt(): void {
    this.#isDoubted = true;
  }

  /** Takes no more queries, and closes when those under way are done. */
  retire(): void {
    this.isUsable = false;
    this.#closeIfDone();
  }

  /** Closes at once. */
  destroy(error: UpstreamError): void {
    this.#error = error;
    this.#socket.destroy();
    this.#close();
  }

  /** It took too long to open. */
  override expire(): void {
    this.destroy(timeoutError(this.#terms.where));
  }

  #open(): void {
    this.isOpen = true;
    this.#terms.wheel.cancel(this);
    const nowMs = performance.now();
    this.#waitingSinceMs = nowMs;
    for (const { exchange } of this.pipeline.live) exchange.awaitReply(nowMs);
  }

  #receive(chunk: Buffer): void {
    const isDns = this.#reader.push(chunk, (packet) => this.#take(packet));
    if (isDns === undefined) {
      this.#socket.destroy();
      return;
    }
    if (this.isUsable) this.#keeper.onReplies(this);
    this.#closeIfDone();
  }

  #take(packet: Buffer): void {
    const { window } = this.pipeline;
    const nowMs = performance.now();
    const taken = this.pipeline.take(packet, nowMs);
    if (!taken) return;
    this.replies++;
    this.#isDoubted = false;
    this.#waitingSinceMs = this.#lastReplyMs = this.lastUsedMs = nowMs;
    if (this.pipeline.window > window) this.#keeper.onAnyOrder();
    if (isLive(taken.leg)) taken.leg.exchange.accept(taken.message);
  }

  #closeIfDone(): void {
    if (!this.isUsable && this.pipeline.live.length === 0) this.#socket.destroy();
  }

  /** May come twice, from `destroy` and as the socket's event. */
  #close(): void {
    this.isUsable = false;
    this.#terms.wheel.cancel(this);
    const { where } = this.#terms;
    const error = this.#error ?? new UpstreamError("network", `${where}: connection closed`);
    this.#keeper.onClosed(this, this.pipeline.takeAll(), error);
  }
}
