import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { guard } from "../observe/faults.ts";
import type { Channel, Exchange } from "./exchange.ts";
import { PendingExchanges } from "./pending-exchanges.ts";
import type { UpstreamError } from "./upstream-error.ts";
import { networkError } from "./upstream-error.ts";

/** Where packets go, and from where if that is not the kernel's to choose. */
export interface Endpoint {
  /** IPv4 or IPv6 address, perhaps with a zone: `fe80::1%eth0`. */
  readonly address: string;
  readonly port: number;
  readonly localAddress: string | undefined;
}

/**
 * A UDP socket with a port of the kernel's choice, at random. It is connected, so the kernel
 * drops what other senders send (RFC 5452 §9.1), and reports a closed port at once.
 */
export class UdpSocket implements Channel {
  readonly where: string;
  readonly createdMs: number;
  lastUsedMs: number;
  /** Queries sent through it so far. */
  uses = 0;
  readonly #socket: Socket;
  readonly #pending = new PendingExchanges();
  readonly #onBroken: (socket: UdpSocket, cause: NodeJS.ErrnoException) => void;
  #isRetired = false;
  #isClosed = false;
  #failure: UpstreamError | undefined;

  constructor(
    endpoint: Endpoint,
    where: string,
    nowMs: number,
    onBroken: (socket: UdpSocket, cause: NodeJS.ErrnoException) => void,
  ) {
    this.where = where;
    this.createdMs = this.lastUsedMs = nowMs;
    this.#onBroken = onBroken;
    this.#socket = create(endpoint);
    this.#socket.on("message", this.#receive);
    this.#socket.on("error", this.#onError);
    try {
      this.#connect(endpoint);
    } catch (cause) {
      // A port or an address that cannot be, or no descriptor left.
      this.#break(cause as NodeJS.ErrnoException);
    }
  }

  get pendingCount(): number {
    return this.#pending.count;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(exchange: Exchange, nowMs: number): void {
    // It may have been broken from the start, by an address that cannot be bound.
    if (this.#failure) return exchange.fail(this.#failure);
    this.uses++;
    this.lastUsedMs = nowMs;
    this.#pending.add(exchange);
    exchange.channel = this;
    exchange.awaitReply(nowMs);
    try {
      this.#socket.send(exchange.request.packet(exchange.id), this.#onSent);
    } catch {
      // It is not connected: its error event is under way and says why.
    }
  }

  abandon(exchange: Exchange): void {
    this.#pending.remove(exchange);
    this.#closeIfDone();
  }

  /** A lost datagram is nothing unusual, and says nothing about the socket. */
  doubt(_exchange: Exchange): void {}

  listensFor(): boolean {
    return true;
  }

  /** Takes no more queries, and closes when those under way are done. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIfDone();
  }

  /** Closes at once. */
  destroy(error: UpstreamError): void {
    this.#close();
    for (const exchange of this.#pending.takeAll()) exchange.fail(error);
  }

  #connect({ address, port, localAddress }: Endpoint): void {
    this.#socket.bind({
      port: 0,
      ...(localAddress === undefined ? {} : { address: localAddress }),
    });
    if (!this.#isClosed) this.#socket.connect(port, address);
  }

  readonly #receive = this.#guard((packet: Buffer) => {
    if (this.#pending.offer(packet)) this.#closeIfDone();
  });

  readonly #onError = this.#guard((cause: NodeJS.ErrnoException) => this.#break(cause));

  readonly #onSent = this.#guard((cause: Error | null) => {
    if (cause) this.#break(cause);
  });

  #guard<Args extends unknown[]>(run: (...args: Args) => void): (...args: Args) => void {
    return guard("socket to an upstream", run, (error) => this.#break(error));
  }

  #break(cause: NodeJS.ErrnoException): void {
    if (this.#isClosed) return;
    this.#failure = networkError(this.where, cause);
    this.#onBroken(this, cause);
    this.destroy(this.#failure);
  }

  #closeIfDone(): void {
    if (this.#isRetired && this.#pending.count === 0) this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#socket.close();
    } catch {
      // It never ran.
    }
  }
}

function create({ address }: Endpoint): Socket {
  const family = isIPv6(address) ? 6 : 4;
  return createSocket({
    type: family === 6 ? "udp6" : "udp4",
    // Addresses only: answering at once lets the first packet go out in this turn of the loop.
    lookup: (host, _options, callback) => callback(null, host, family),
  });
}
