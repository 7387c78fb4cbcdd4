import type { Exchange } from "./exchange.ts";
import type { ChannelPool, PoolCells, PoolLimits } from "./channel-pool.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import { Expiring } from "./timer-wheel.ts";
import type { Endpoint } from "./udp-socket.ts";
import { UdpSocket } from "./udp-socket.ts";
import type { UpstreamError } from "./upstream-error.ts";

/**
 * A new socket for each query costs three times the query; one for all has a port that can be
 * found out. Between them: up to this many sockets for each upstream, taken in turns, so that a
 * thousand queries one after the other leave by a thousand ports (RFC 5452 §9.2) ...
 */
const MAX_SOCKETS = 1024;
/** ... each replaced after this many queries. */
const MAX_USES = 256;
/**
 * Queries that come in a bunch leave in a bunch, by one socket: reading many replies from one is
 * cheaper by a third than reading one from each. A forger has to guess the id all the same.
 */
const BUNCH_MS = 1;
const MAX_BUNCH = 32;

/** The UDP sockets of one upstream. */
export class UdpSockets extends Expiring implements ChannelPool {
  readonly #endpoint: Endpoint;
  readonly #limits: PoolLimits;
  readonly #cells: PoolCells;
  readonly #wheel: TimerWheel;
  readonly #where: string;
  readonly #sockets: UdpSocket[] = [];
  #maxSockets: number;
  #turn = 0;
  /** The socket taken last, when that was, and for how many queries in a row. */
  #current: UdpSocket | undefined;
  #bunchMs = 0;
  #bunched = 0;

  constructor(endpoint: Endpoint, limits: PoolLimits, cells: PoolCells, wheel: TimerWheel) {
    super();
    this.#endpoint = endpoint;
    this.#limits = limits;
    this.#cells = cells;
    this.#wheel = wheel;
    this.#where = `udp ${limits.to}`;
    this.#maxSockets = Math.min(limits.maxIdle || MAX_SOCKETS, MAX_SOCKETS);
  }

  send(exchange: Exchange): void {
    const nowMs = exchange.beganMs;
    const socket = this.#bunchSocket(nowMs) ?? this.#next(nowMs);
    socket.send(exchange, nowMs);
  }

  /** Closes sockets that have been idle for too long. */
  override expire(): void {
    const nowMs = performance.now();
    for (const socket of this.#sockets.splice(0)) {
      if (this.#isUsable(socket, nowMs)) this.#sockets.push(socket);
      else socket.retire();
    }
    if (this.#sockets.length > 0) this.#wheel.start(this, nowMs + this.#limits.expireMs);
  }

  destroy(error: UpstreamError): void {
    this.#wheel.cancel(this);
    for (const socket of this.#sockets.splice(0)) socket.destroy(error);
  }

  /** The socket of a query that was sent a moment ago and is still under way. */
  #bunchSocket(nowMs: number): UdpSocket | undefined {
    const current = this.#current;
    if (!current || current.pendingCount === 0 || nowMs - this.#bunchMs > BUNCH_MS)
      return undefined;
    if (++this.#bunched > MAX_BUNCH || !this.#isUsable(current, nowMs)) return undefined;
    this.#cells.hits.value++;
    return current;
  }

  #next(nowMs: number): UdpSocket {
    const at = this.#turn < this.#maxSockets ? this.#turn : 0;
    this.#turn = at + 1;
    this.#bunchMs = nowMs;
    this.#bunched = 1;
    this.#current = this.#reuse(at, nowMs) ?? this.#open(at, nowMs);
    return this.#current;
  }

  #reuse(at: number, nowMs: number): UdpSocket | undefined {
    const socket = this.#sockets[at];
    if (!socket) return undefined;
    if (this.#isUsable(socket, nowMs)) {
      this.#cells.hits.value++;
      return socket;
    }
    socket.retire();
    return undefined;
  }

  #open(at: number, nowMs: number): UdpSocket {
    this.#cells.misses.value++;
    const socket = new UdpSocket(this.#endpoint, this.#where, nowMs, this.#onBroken);
    this.#sockets[Math.min(at, this.#sockets.length)] = socket;
    if (!this.before) this.#wheel.start(this, nowMs + this.#limits.expireMs);
    return socket;
  }

  readonly #onBroken = (socket: UdpSocket, cause: NodeJS.ErrnoException): void => {
    if (this.#current === socket) this.#current = undefined;
    const at = this.#sockets.indexOf(socket);
    if (at >= 0) this.#sockets.splice(at, 1);
    // The process may open no more: those that are open have to do.
    const isLimit = cause.code === "EMFILE" || cause.code === "ENFILE";
    if (isLimit) this.#maxSockets = Math.max(1, this.#sockets.length);
  };

  #isUsable(socket: UdpSocket, nowMs: number): boolean {
    const { expireMs, maxAgeMs } = this.#limits;
    if (socket.isClosed || socket.uses >= MAX_USES) return false;
    if (nowMs - socket.lastUsedMs > expireMs) return false;
    return maxAgeMs === 0 || nowMs - socket.createdMs <= maxAgeMs;
  }
}
