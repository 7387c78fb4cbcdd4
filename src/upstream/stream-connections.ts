import { guard } from "../observe/faults.ts";
import type { ChannelPool, PoolCells, PoolLimits } from "./channel-pool.ts";
import type { Connector } from "./connector.ts";
import type { Channel, Exchange } from "./exchange.ts";
import { Manners } from "./manners.ts";
import type { Leg } from "./pipeline.ts";
import { isLive } from "./pipeline.ts";
import { RescueTrials } from "./rescue-trials.ts";
import type { ConnectionKeeper } from "./stream-connection.ts";
import { StreamConnection } from "./stream-connection.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import { Expiring } from "./timer-wheel.ts";
import type { UpstreamError } from "./upstream-error.ts";

/** A server that answers in order is asked by as many connections at once; what is more waits. */
const MAX_CONNECTIONS = 256;
/** With more than this, none is kept from others for the sake of a late reply. */
const MAX_LISTENING = MAX_CONNECTIONS / 2;
/** A query waits for those before it on its connection for as long, and a round trip, ... */
const PATIENCE_MS = 20;
/** ... if that is not longer than this; then another connection is asked as well. */
const MAX_ROUND_TRIP_MS = 100;
/** A connection that owes nothing but replies that nobody waits for any more is closed then. */
const OWING_MS = 1000;
/** A query lost as soon as this after a reply was not lost because the connection was idle. */
const AT_ONCE_MS = 20;

export interface StreamLimits extends PoolLimits {
  readonly setupTimeoutMs: number;
}

/**
 * The TCP or TLS connections to one upstream. Servers may answer the queries of a connection one
 * after the other (RFC 7766 §6.2.1.1), or only the first; no query is to wait for another one:
 *
 *     0 ms   a, b, c by connection 1
 *     20 ms  no reply to a: b and c once more, by 2 and 3; from now on one query at a time
 *            by each connection, until replies are seen to come in another order
 *
 * The first reply counts. What was under way when the server closed is sent again.
 */
export class StreamConnections extends Expiring implements ChannelPool, ConnectionKeeper, Channel {
  readonly where: string;
  readonly #connector: Connector;
  readonly #limits: StreamLimits;
  readonly #cells: PoolCells;
  readonly #wheel: TimerWheel;
  readonly #manners = new Manners();
  readonly #connections = new Set<StreamConnection>();
  /** What waits for any connection to have room. */
  readonly #waiting = new Set<Exchange>();
  /** What waits for one that has served: a server at its limit does not read from new ones. */
  readonly #stranded = new Set<Exchange>();
  readonly #trials = new RescueTrials();
  #roundTripMs = MAX_ROUND_TRIP_MS;
  #isDestroyed = false;

  constructor(connector: Connector, limits: StreamLimits, cells: PoolCells, wheel: TimerWheel) {
    super();
    this.where = `${connector.scheme} ${limits.to}`;
    this.#connector = connector;
    this.#limits = limits;
    this.#cells = cells;
    this.#wheel = wheel;
  }

  send(exchange: Exchange): void {
    exchange.channel = this;
    if (this.#place(exchange)) return;
    this.#waiting.add(exchange);
    if (exchange.legs === 0) exchange.awaitConnection();
  }

  abandon(exchange: Exchange): void {
    this.#waiting.delete(exchange);
    this.#stranded.delete(exchange);
    for (const connection of this.#connections) connection.abandon(exchange);
  }

  doubt(exchange: Exchange): void {
    for (const connection of this.#connections) {
      if (connection.pipeline.has(exchange)) connection.doubt();
    }
  }

  /** A server that answers in order answers nothing else on that connection meanwhile. */
  listensFor(exchange: Exchange): boolean {
    const usable = [...this.#connections].filter(({ isUsable }) => isUsable);
    return exchange.legs > 0 && usable.length <= MAX_LISTENING;
  }

  /** Looks at all connections, but first at what came in while the process did something else. */
  override expire(): void {
    setImmediate(this.#look);
  }

  /** Closes connections that have been idle for too long, and helps what waits for others. */
  readonly #look = guard("connections to an upstream", () => {
    if (this.#isDestroyed) return;
    const nowMs = performance.now();
    const serving = this.#serving();
    for (const connection of this.#connections) {
      this.#retireIfStale(connection, nowMs);
      this.#relieve(connection, nowMs);
      if (connection.isStalled(nowMs, this.#patienceMs)) this.#doubt(connection, serving, nowMs);
    }
    this.#dispatch();
    this.#wakeNext(nowMs);
  });

  destroy(error: UpstreamError): void {
    this.#isDestroyed = true;
    this.#wheel.cancel(this);
    for (const connection of this.#connections) connection.destroy(error);
    for (const waiting of [this.#waiting, this.#stranded]) {
      for (const exchange of waiting) if (!exchange.isOver) exchange.fail(error);
      waiting.clear();
    }
  }

  onAnyOrder(): void {
    this.#manners.onAnyOrder(performance.now());
  }

  onReplies(connection: StreamConnection): void {
    const nowMs = performance.now();
    if (connection.uses >= this.#manners.maxUses(nowMs)) connection.retire();
    this.#dispatch();
    const { maxIdle } = this.#limits;
    if (maxIdle === 0 || connection.pipeline.count > 0) return;
    const idle = [...this.#connections].filter(({ pipeline }) => pipeline.count === 0);
    if (idle.length > maxIdle) connection.retire();
  }

  onClosed(connection: StreamConnection, legs: readonly Leg[], error: UpstreamError): void {
    this.#connections.delete(connection);
    const lost = legs.filter(isLive);
    for (const { exchange } of lost) exchange.legs--;
    // With replies before, or with several queries on it, the close says nothing about each.
    const isExcused = connection.isOpen && (connection.replies > 0 || legs.length > 1);
    if (isExcused && lost.length > 0) this.#learnFrom(connection, legs);
    for (const { exchange } of lost) {
      if (exchange.legs === 0) this.#sendAgain(exchange, isExcused, connection.isOpen, error);
    }
    this.#dispatch();
  }

  #learnFrom(connection: StreamConnection, legs: readonly Leg[]): void {
    const nowMs = performance.now();
    if (legs.length > 1 && connection.pipeline.window === 1) this.#manners.onHeldUp(nowMs);
    if (legs.some((leg) => connection.wasCutOff(leg, AT_ONCE_MS))) {
      this.#manners.onClosedAfter(connection.replies, nowMs);
    }
  }

  #sendAgain(exchange: Exchange, isExcused: boolean, wasOpen: boolean, error: UpstreamError): void {
    if (this.#isDestroyed || exchange.isLate) return exchange.fail(error);
    if (this.#waiting.has(exchange)) return;
    const losses = ++exchange.losses;
    if (isExcused && losses === 1) return exchange.begin();
    // A server at its limit closes new connections at once, and goes on with those that it has.
    if (wasOpen && losses < 3 && this.#strand(exchange, this.#serving())) {
      return exchange.awaitConnection();
    }
    this.#stranded.delete(exchange);
    exchange.fail(error);
  }

  /** Sends what waits behind others by further connections. */
  #relieve(connection: StreamConnection, nowMs: number): void {
    const late = connection.late(nowMs, this.#patienceMs);
    if (late.length > 0 && connection.pipeline.window === 1) this.#manners.onHeldUp(nowMs);
    for (const { exchange } of late) {
      if (exchange.isCopied || exchange.isLate) continue;
      exchange.isCopied = true;
      this.send(exchange);
    }
  }

  /** Nothing comes: perhaps the server has done with it, or never begun to read from it. */
  #doubt(connection: StreamConnection, serving: readonly StreamConnection[], nowMs: number): void {
    const { live } = connection.pipeline;
    const isNew = connection.replies === 0;
    if (live.length === 0 && (isNew || connection.isStalled(nowMs, OWING_MS))) connection.retire();
    if (isNew) for (const { exchange } of live) this.#strand(exchange, serving);
  }

  #serving(): readonly StreamConnection[] {
    return [...this.#connections].filter(({ replies }) => replies > 0);
  }

  /** Lets it wait for a connection that has served, if there is any, and it is on none. */
  #strand(exchange: Exchange, serving: readonly StreamConnection[]): boolean {
    if (exchange.isLate || serving.length === 0) return false;
    if (serving.some(({ pipeline }) => pipeline.has(exchange))) return false;
    this.#stranded.add(exchange);
    return true;
  }

  /** Sends what waits, as far as there is room. */
  #dispatch(): void {
    if (this.#isDestroyed) return;
    for (const exchange of this.#waiting) {
      if (isWanted(exchange) && !this.#place(exchange)) break;
      this.#waiting.delete(exchange);
    }
    const nowMs = performance.now();
    this.#trials.review(nowMs, this.#patienceMs);
    if (this.#stranded.size > 0) this.#rescue(nowMs);
  }

  #rescue(nowMs: number): void {
    // The last first: what has waited for longest may be what is never answered.
    for (const exchange of [...this.#stranded].toReversed()) {
      const isLost = exchange.legs === 0;
      if (!isWanted(exchange)) this.#stranded.delete(exchange);
      else if (!isLost && !this.#trials.isAllowed(nowMs)) continue;
      else {
        const connection = this.#choose(1, nowMs);
        if (!connection) return;
        this.#stranded.delete(exchange);
        if (!isLost) this.#trials.begin(exchange, nowMs);
        exchange.isCopied = true;
        connection.send(exchange);
      }
    }
  }

  /** @returns whether there was room for it */
  #place(exchange: Exchange): boolean {
    const nowMs = performance.now();
    const depth = exchange.isCopied ? 1 : this.#manners.depth(nowMs);
    // What was lost goes by a connection of its own, whose close would be an answer.
    const connection = exchange.losses > 0 ? undefined : this.#choose(depth, nowMs);
    if (connection) {
      this.#cells.hits.value++;
      connection.send(exchange);
    } else {
      if (this.#connections.size >= MAX_CONNECTIONS) return false;
      this.#cells.misses.value++;
      this.#sendByNew(exchange);
    }
    this.#wakeBy(nowMs + PATIENCE_MS);
    return true;
  }

  /** The connection with the fewest queries under way; of those the one used last. */
  #choose(depth: number, nowMs: number): StreamConnection | undefined {
    const maxUses = this.#manners.maxUses(nowMs);
    let best: StreamConnection | undefined;
    for (const connection of this.#connections) {
      this.#retireIfStale(connection, nowMs);
      if (!connection.hasRoom(depth, nowMs, this.#patienceMs)) continue;
      if (connection.uses < maxUses && (!best || isBetter(connection, best))) best = connection;
    }
    return best;
  }

  get #patienceMs(): number {
    return PATIENCE_MS + this.#roundTripMs;
  }

  #retireIfStale(connection: StreamConnection, nowMs: number): void {
    const { expireMs, maxAgeMs } = this.#limits;
    if (!connection.isUsable) return;
    const isOld = maxAgeMs > 0 && nowMs - connection.createdMs > maxAgeMs;
    const isIdle = connection.pipeline.count === 0 && nowMs - connection.lastUsedMs > expireMs;
    if (isOld || isIdle) connection.retire();
  }

  #sendByNew(exchange: Exchange): void {
    const socket = this.#connector.connect();
    const { where } = this;
    const { openEvent } = this.#connector;
    const terms = {
      where,
      openEvent,
      openWithinMs: this.#limits.setupTimeoutMs,
      wheel: this.#wheel,
    };
    const connection = new StreamConnection(socket, terms, this);
    socket.once("connect", () => this.#measure(connection));
    this.#connections.add(connection);
    connection.send(exchange);
  }

  #measure({ createdMs }: StreamConnection): void {
    this.#roundTripMs = Math.min(this.#roundTripMs, performance.now() - createdMs);
  }

  /** While anything is under way, soon; else when the first may have been idle for too long. */
  #wakeNext(nowMs: number): void {
    if (this.#connections.size === 0) return;
    const isBusy = [...this.#connections].some(({ pipeline }) => pipeline.count > 0);
    this.#wakeBy(nowMs + (isBusy ? PATIENCE_MS : this.#limits.expireMs));
  }

  #wakeBy(dueMs: number): void {
    if (!this.before || this.expiresMs > dueMs) this.#wheel.start(this, dueMs);
  }
}

/** Whether to send it is of use yet. */
function isWanted({ isOver, isLate }: Exchange): boolean {
  return !isOver && !isLate;
}

function isBetter(one: StreamConnection, other: StreamConnection): boolean {
  const more = one.pipeline.count - other.pipeline.count;
  return more === 0 ? one.lastUsedMs > other.lastUsedMs : more < 0;
}
