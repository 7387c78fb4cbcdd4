import type { Exchange } from "./exchange.ts";
import type { ChannelPool, PoolCells, PoolLimits } from "./channel-pool.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import { Expiring } from "./timer-wheel.ts";
import { RandomInts } from "./random-ints.ts";
import type { Endpoint } from "./udp-socket.ts";
import { UdpSocket } from "./udp-socket.ts";
import type { UpstreamError } from "./upstream-error.ts";

/**
 * A new socket for each query costs twice the query; one for all has a port that can be found out.
 * Between them: up to this many sockets for each upstream, each used once in a round, so that a
 * thousand queries leave by a thousand ports (RFC 5452 §9.2), in an order that is drawn anew ...
 */
const MAX_SOCKETS = 1024;
/** ... and each replaced after this many queries. */
const MAX_USES = 256;

/** The UDP sockets of one upstream. */
export class UdpSockets extends Expiring implements ChannelPool {
  readonly #endpoint: Endpoint;
  readonly #limits: PoolLimits;
  readonly #cells: PoolCells;
  readonly #wheel: TimerWheel;
  readonly where: string;
  readonly #sockets: UdpSocket[] = [];
  #maxSockets: number;
  /** Sockets of this round that have been used: those below this index. */
  #turn = 0;
  readonly #draw = new RandomInts();

  constructor(endpoint: Endpoint, limits: PoolLimits, cells: PoolCells, wheel: TimerWheel) {
    super();
    this.#endpoint = endpoint;
    this.#limits = limits;
    this.#cells = cells;
    this.#wheel = wheel;
    this.where = `udp ${limits.to}`;
    this.#maxSockets = Math.min(limits.maxIdle || MAX_SOCKETS, MAX_SOCKETS);
  }

  send(exchange: Exchange): void {
    const nowMs = exchange.beganMs;
    const at = this.#nextIndex();
    const socket = this.#reuse(at, nowMs) ?? this.#open(at, nowMs);
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

  /**
   * The place of a socket that has not had its turn: the first ones of a round are opened, of
   * those that are there one is drawn (Fisher and Yates's shuffle, a step for each query).
   */
  #nextIndex(): number {
    const sockets = this.#sockets;
    const at = this.#turn < this.#maxSockets ? this.#turn : 0;
    this.#turn = at + 1;
    const left = sockets.length - at;
    if (left < 2) return at;
    const other = at + this.#draw.below(left);
    const socket = sockets[other] as UdpSocket;
    sockets[other] = sockets[at] as UdpSocket;
    sockets[at] = socket;
    return at;
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
    const socket = new UdpSocket(this.#endpoint, this.where, nowMs, this.#onBroken);
    this.#sockets[Math.min(at, this.#sockets.length)] = socket;
    if (!this.before) this.#wheel.start(this, nowMs + this.#limits.expireMs);
    return socket;
  }

  readonly #onBroken = (socket: UdpSocket, cause: NodeJS.ErrnoException): void => {
    const at = this.#sockets.indexOf(socket);
    if (at >= 0) this.#sockets.splice(at, 1);
    // The process may open no more: half of those that are open have to do, so that others, who
    // need connections and files, can open theirs.
    if (cause.code === "EMFILE" || cause.code === "ENFILE") this.#shrink();
  };

  #shrink(): void {
    this.#maxSockets = Math.max(1, this.#sockets.length >>> 1);
    for (const socket of this.#sockets.splice(this.#maxSockets)) socket.retire();
  }

  #isUsable(socket: UdpSocket, nowMs: number): boolean {
    const { expireMs, maxAgeMs } = this.#limits;
    if (socket.isClosed || socket.uses >= MAX_USES) return false;
    if (nowMs - socket.lastUsedMs > expireMs) return false;
    return maxAgeMs === 0 || nowMs - socket.createdMs <= maxAgeMs;
  }
}
