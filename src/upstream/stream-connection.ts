import type { Socket } from "node:net";
import { guard } from "../observe/faults.ts";
import { FrameReader, frame } from "../transport/frame-reader.ts";
import type { Channel, Exchange } from "./exchange.ts";
import { PendingExchanges } from "./pending-exchanges.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import { Expiring } from "./timer-wheel.ts";
import { UpstreamError, networkError, timeoutError } from "./upstream-error.ts";

/** What a connection tells the pool it belongs to. */
export interface ConnectionKeeper {
  /** All its queries are done. */
  onIdle(connection: StreamConnection): void;
  /** It will carry no more queries; these were lost with it and may be sent once more. */
  onClosed(connection: StreamConnection, lost: readonly Exchange[]): void;
}

/** Ids are 16 bits, and one that is free is to be found soon. */
const MAX_PENDING = 0x2000;

/**
 * One TCP or TLS connection with many queries under way at once (RFC 7766 §6.2.1.1), answered in
 * any order.
 */
export class StreamConnection extends Expiring implements Channel {
  readonly where: string;
  readonly createdMs: number = performance.now();
  lastUsedMs: number = this.createdMs;
  /** Whether it takes new queries. */
  isUsable = true;
  readonly #socket: Socket;
  readonly #wheel: TimerWheel;
  readonly #keeper: ConnectionKeeper;
  readonly #reader = new FrameReader();
  readonly #pending = new PendingExchanges();
  #isOpen = false;
  #hasReplied = false;
  #error: UpstreamError | undefined;

  /**
   * @param socket a connection being opened
   * @param openEvent its event for being ready: `connect` or `secureConnect`
   */
  constructor(
    socket: Socket,
    openEvent: "connect" | "secureConnect",
    where: string,
    wheel: TimerWheel,
    keeper: ConnectionKeeper,
  ) {
    super();
    this.where = where;
    this.#socket = socket;
    this.#wheel = wheel;
    this.#keeper = keeper;
    const on = (event: string, run: (chunk: Buffer) => void): void => {
      const destroy = (cause: Error): unknown => socket.destroy(cause);
      socket.on(event, guard("connection to an upstream", run, destroy));
    };
    on(openEvent, () => this.#open());
    on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (cause) => (this.#error = networkError(where, cause)));
    // A half-open connection is of no use: whoever ends it will not answer any more.
    socket.on("end", () => socket.destroy());
    on("close", () => this.#close());
  }

  get pendingCount(): number {
    return this.#pending.count;
  }

  /** Gives the connection this long to open. */
  openWithin(timeoutMs: number): void {
    this.#wheel.start(this, this.createdMs + timeoutMs);
  }

  send(exchange: Exchange): void {
    if (this.#pending.count >= MAX_PENDING) {
      return exchange.fail(
        new UpstreamError("network", `${this.where}: too many queries under way`),
      );
    }
    this.#pending.add(exchange);
    exchange.channel = this;
    // The socket keeps what is written until it is open.
    this.#socket.write(frame(exchange.request.packet(exchange.id)));
    if (this.#isOpen) exchange.awaitReply(performance.now());
    else exchange.awaitConnection();
  }

  /** A connection that lets one query wait too long may be dead: nothing new goes there. */
  abandon(exchange: Exchange): void {
    this.#pending.remove(exchange);
    this.retire();
  }

  doubt(): void {
    this.isUsable = false;
  }

  /** Takes no more queries, and closes when those under way are done. */
  retire(): void {
    this.isUsable = false;
    if (this.#pending.count === 0) this.#socket.destroy();
  }

  /** Closes at once. */
  destroy(error: UpstreamError): void {
    this.#error = error;
    this.#hasReplied = false;
    this.#socket.destroy();
    this.#close();
  }

  /** It took too long to open. */
  override expire(): void {
    this.destroy(timeoutError(this.where));
  }

  #open(): void {
    this.#isOpen = true;
    this.#wheel.cancel(this);
    const nowMs = performance.now();
    this.#pending.forEach((exchange) => exchange.awaitReply(nowMs));
  }

  #receive(chunk: Buffer): void {
    const isDns = this.#reader.push(chunk, (packet) => {
      if (this.#pending.offer(packet)) this.#hasReplied = true;
    });
    if (!isDns) {
      this.#socket.destroy();
      return;
    }
    if (this.#pending.count > 0) return;
    this.lastUsedMs = performance.now();
    if (this.isUsable) this.#keeper.onIdle(this);
    else this.#socket.destroy();
  }

  /** May come twice, from `destroy` and as the socket's event. */
  #close(): void {
    this.isUsable = false;
    this.#wheel.cancel(this);
    const error = this.#error ?? new UpstreamError("network", `${this.where}: connection closed`);
    const lost: Exchange[] = [];
    for (const exchange of this.#pending.takeAll()) {
      // One that has served before was closed as idle, or after so many queries: not a failure.
      if (this.#hasReplied && !exchange.wasResent) lost.push(exchange);
      else exchange.fail(error);
    }
    this.#keeper.onClosed(this, lost);
  }
}
