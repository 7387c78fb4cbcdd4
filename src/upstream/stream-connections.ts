import { connect as connectTcp } from "node:net";
import type { ConnectionOptions, SecureContext } from "node:tls";
import { connect as connectTls } from "node:tls";
import type { ChannelPool, PoolCells, PoolLimits } from "./channel-pool.ts";
import type { Exchange } from "./exchange.ts";
import type { ConnectionKeeper } from "./stream-connection.ts";
import { StreamConnection } from "./stream-connection.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import { Expiring } from "./timer-wheel.ts";
import type { Endpoint } from "./udp-socket.ts";
import type { UpstreamError } from "./upstream-error.ts";
import { networkError } from "./upstream-error.ts";

/** Queries under way on a connection before another one is opened ... */
const PIPELINED = 16;
/** ... as long as there are fewer than this. */
const MAX_CONNECTIONS = 64;

/** How to speak TLS to an upstream (RFC 7858). */
export interface TlsSettings {
  readonly context: SecureContext;
  /** The name to ask for and to find in the certificate; without it the address is looked for. */
  readonly serverName: string | undefined;
}

/** The TCP or TLS connections to one upstream. */
export class StreamConnections extends Expiring implements ChannelPool, ConnectionKeeper {
  readonly #endpoint: Endpoint;
  readonly #tls: TlsSettings | undefined;
  readonly #limits: PoolLimits & { readonly setupTimeoutMs: number };
  readonly #cells: PoolCells;
  readonly #wheel: TimerWheel;
  readonly #connections = new Set<StreamConnection>();
  /** Of the last TLS connection: the next handshake is shorter with it. */
  #session: Buffer | undefined;

  constructor(
    endpoint: Endpoint,
    tls: TlsSettings | undefined,
    limits: PoolLimits & { readonly setupTimeoutMs: number },
    cells: PoolCells,
    wheel: TimerWheel,
  ) {
    super();
    this.#endpoint = endpoint;
    this.#tls = tls;
    this.#limits = limits;
    this.#cells = cells;
    this.#wheel = wheel;
  }

  send(exchange: Exchange): void {
    const nowMs = performance.now();
    const connection = this.#leastBusy(nowMs);
    if (connection && this.#hasRoom(connection)) {
      this.#cells.hits.value++;
      connection.lastUsedMs = nowMs;
      connection.send(exchange);
    } else {
      this.#cells.misses.value++;
      this.#open().send(exchange);
    }
  }

  /** Closes connections that have been idle for too long. */
  override expire(): void {
    const nowMs = performance.now();
    for (const connection of this.#connections) this.#retireIfStale(connection, nowMs);
    if (this.#connections.size > 0) this.#wheel.start(this, nowMs + this.#limits.expireMs);
  }

  destroy(error: UpstreamError): void {
    this.#wheel.cancel(this);
    for (const connection of this.#connections) connection.destroy(error);
  }

  onIdle(connection: StreamConnection): void {
    const { maxIdle } = this.#limits;
    if (maxIdle === 0) return;
    const idle = [...this.#connections].filter(({ pendingCount }) => pendingCount === 0);
    if (idle.length > maxIdle) connection.retire();
  }

  onClosed(connection: StreamConnection, lost: readonly Exchange[]): void {
    this.#connections.delete(connection);
    for (const exchange of lost) {
      exchange.wasResent = true;
      try {
        this.send(exchange);
      } catch (cause) {
        exchange.fail(networkError(connection.where, cause));
      }
    }
  }

  #leastBusy(nowMs: number): StreamConnection | undefined {
    let best: StreamConnection | undefined;
    for (const connection of this.#connections) {
      this.#retireIfStale(connection, nowMs);
      if (!connection.isUsable) continue;
      if (!best || connection.pendingCount < best.pendingCount) best = connection;
    }
    return best;
  }

  #hasRoom(connection: StreamConnection): boolean {
    return connection.pendingCount < PIPELINED || this.#connections.size >= MAX_CONNECTIONS;
  }

  #retireIfStale(connection: StreamConnection, nowMs: number): void {
    const { expireMs, maxAgeMs } = this.#limits;
    const isOld = maxAgeMs > 0 && nowMs - connection.createdMs > maxAgeMs;
    const isIdle = connection.pendingCount === 0 && nowMs - connection.lastUsedMs > expireMs;
    if (isOld || isIdle) connection.retire();
  }

  #open(): StreamConnection {
    const { to, setupTimeoutMs, expireMs } = this.#limits;
    const options = connectOptions(this.#endpoint);
    const connection = this.#tls
      ? new StreamConnection(
          this.#openTls(options, this.#tls),
          "secureConnect",
          `tls ${to}`,
          this.#wheel,
          this,
        )
      : new StreamConnection(connectTcp(options), "connect", `tcp ${to}`, this.#wheel, this);
    this.#connections.add(connection);
    connection.openWithin(setupTimeoutMs);
    if (!this.before) this.#wheel.start(this, connection.createdMs + expireMs);
    return connection;
  }

  #openTls(
    options: ReturnType<typeof connectOptions>,
    { context, serverName }: TlsSettings,
  ): ReturnType<typeof connectTls> {
    const tlsOptions: ConnectionOptions = { ...options, secureContext: context };
    if (serverName !== undefined) tlsOptions.servername = serverName;
    if (this.#session) tlsOptions.session = this.#session;
    const socket = connectTls(tlsOptions);
    socket.on("session", (session: Buffer) => (this.#session = session));
    return socket;
  }
}

function connectOptions({ address, port, localAddress }: Endpoint): {
  host: string;
  port: number;
  noDelay: true;
  localAddress?: string;
} {
  return {
    host: address,
    port,
    noDelay: true,
    ...(localAddress === undefined ? {} : { localAddress }),
  };
}
