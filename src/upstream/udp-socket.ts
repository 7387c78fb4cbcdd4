import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
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

  constructor(
    endpoint: Endpoint,
    where: string,
    nowMs: number,
    onBroken: (socket: UdpSocket, cause: NodeJS.ErrnoException) => void,
  ) {
    this.where = where;
    this.createdMs = this.lastUsedMs = nowMs;
    this.#onBroken = onBroken;
    this.#socket = connect(endpoint);
    this.#socket.on("message", (packet) => {
      if (this.#pending.offer(packet)) this.#closeIfDone();
    });
    this.#socket.on("error", (cause) => this.#break(cause));
  }

  get pendingCount(): number {
    return this.#pending.count;
  }

  send(exchange: Exchange, nowMs: number): void {
    this.uses++;
    this.lastUsedMs = nowMs;
    this.#pending.add(exchange);
    exchange.channel = this;
    exchange.awaitReply(nowMs);
    try {
      this.#socket.send(exchange.request.packet(exchange.id), this.#onSent);
    } catch {
      // It could not be connected: its error event is under way and says why.
    }
  }

  abandon(exchange: Exchange): void {
    this.#pending.remove(exchange);
    this.#closeIfDone();
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

  readonly #onSent = (cause: Error | null): void => {
    if (cause) this.#break(cause);
  };

  #break(cause: NodeJS.ErrnoException): void {
    if (this.#isClosed) return;
    this.#onBroken(this, cause);
    this.destroy(networkError(this.where, cause));
  }

  #closeIfDone(): void {
    if (this.#isRetired && this.#pending.count === 0) this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}

function connect({ address, port, localAddress }: Endpoint): Socket {
  const family = isIPv6(address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    // Addresses only: answering at once lets the first packet go out in this turn of the loop.
    lookup: (host, _options, callback) => callback(null, host, family),
  });
  socket.bind({ port: 0, ...(localAddress === undefined ? {} : { address: localAddress }) });
  try {
    socket.connect(port, address);
  } catch {
    // Not bound, and its error event is under way.
  }
  return socket;
}
