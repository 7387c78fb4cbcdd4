import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import { MAX_MESSAGE_OCTETS } from "../dns/wire-writer.ts";
import type { Client } from "../server/client.ts";
import { FrameReader, frame } from "./frame-reader.ts";
import type { Listener, ListenOptions, Receive } from "./transport.ts";
import { listenError, plainAddress } from "./transport.ts";

/** Limits of a TCP listener; the times are CoreDNS's. */
export interface TcpLimits {
  /** From the connection to its first query, and from the first octet of a query to its last. */
  readonly readMs: number;
  /** Between queries. */
  readonly idleMs: number;
  /** For a client to take its replies. */
  readonly writeMs: number;
  /** From our FIN to the client's. */
  readonly lingerMs: number;
  readonly connections: number;
  readonly connectionsPerClient: number;
  /** Queries of one connection in work at once; further ones wait in the stream or the kernel. */
  readonly pipelined: number;
}

export const DEFAULT_TCP_LIMITS: TcpLimits = {
  readMs: 3_000,
  idleMs: 10_000,
  writeMs: 5_000,
  lingerMs: 500,
  connections: 4_096,
  connectionsPerClient: 256,
  pipelined: 128,
};

/** Listens for DNS over TCP (RFC 7766). */
export async function listenTcp(
  options: ListenOptions,
  limits: TcpLimits = DEFAULT_TCP_LIMITS,
): Promise<Listener> {
  const connections = new ConnectionTable(limits);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections.add(new TcpConnection(socket, options.receive, limits));
  });
  try {
    const host = options.address === "" ? {} : { host: options.address };
    server.listen({ port: options.port, backlog: 1024, ...host });
    await once(server, "listening");
  } catch (cause) {
    throw listenError("tcp", options, cause);
  }
  server.on("error", (error) => options.onTrouble(`Cannot accept on TCP: ${error.message}`));
  const bound = server.address() as { address: string; port: number };
  return {
    address: bound.address,
    port: bound.port,
    pause: () => connections.pause(),
    close: () => closeServer(server, connections),
  };
}

async function closeServer(server: Server, connections: ConnectionTable): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  connections.endAll();
  await closed;
}

/** The open connections, oldest activity first. */
class ConnectionTable {
  readonly #all = new Set<TcpConnection>();
  readonly #perClient = new Map<string, number>();
  readonly #limits: TcpLimits;

  constructor(limits: TcpLimits) {
    this.#limits = limits;
  }

  /** Makes room at the cost of whoever has been idle longest, of the same client if it is its fault. */
  add(connection: TcpConnection): void {
    const { address } = connection;
    const ofClient = this.#perClient.get(address) ?? 0;
    if (ofClient >= this.#limits.connectionsPerClient) {
      if (!this.#evict((other) => other.address === address)) return connection.destroy();
    } else if (this.#all.size >= this.#limits.connections && !this.#evict(() => true)) {
      return connection.destroy();
    }
    this.#all.add(connection);
    this.#perClient.set(address, (this.#perClient.get(address) ?? 0) + 1);
    connection.onActivity = () => {
      // A Set keeps the order of insertion: the front has been idle longest.
      this.#all.delete(connection);
      this.#all.add(connection);
    };
    connection.onClose = () => this.#remove(connection);
  }

  pause(): void {
    for (const connection of this.#all) connection.pause();
  }

  endAll(): void {
    for (const connection of this.#all) connection.end();
  }

  #evict(belongs: (connection: TcpConnection) => boolean): boolean {
    for (const connection of this.#all) {
      if (!connection.isIdle || !belongs(connection)) continue;
      this.#remove(connection);
      connection.destroy();
      return true;
    }
    return false;
  }

  #remove(connection: TcpConnection): void {
    if (!this.#all.delete(connection)) return;
    const left = (this.#perClient.get(connection.address) ?? 1) - 1;
    if (left > 0) this.#perClient.set(connection.address, left);
    else this.#perClient.delete(connection.address);
  }
}

/**
 * One connection. Queries are answered as their replies come, in any order (RFC 7766 §6.2.1.1).
 * A deadline is absolute: octets that trickle in do not push it.
 */
class TcpConnection {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
  onActivity: () => void = () => {};
  onClose: () => void = () => {};
  readonly #socket: Socket;
  readonly #limits: TcpLimits;
  readonly #receive: Receive;
  readonly #frames = new FrameReader();
  #deadline: NodeJS.Timeout | undefined;
  #deadlineIsForRead = false;
  #inFlight = 0;
  #inputEnded = false;
  #isPaused = false;

  constructor(socket: Socket, receive: Receive, limits: TcpLimits) {
    this.#socket = socket;
    this.#receive = receive;
    this.#limits = limits;
    this.address = plainAddress(socket.remoteAddress ?? "");
    this.port = socket.remotePort ?? 0;
    this.localAddress = plainAddress(socket.localAddress ?? "");
    this.localPort = socket.localPort ?? 0;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("end", () => this.#endInput());
    socket.on("drain", () => this.#settle());
    // A reset is the client's business.
    socket.on("error", () => this.destroy());
    socket.on("close", () => this.#closed());
    this.#arm(limits.readMs, true);
  }

  get isIdle(): boolean {
    return this.#inFlight === 0 && !this.#frames.isPartial;
  }

  get keepaliveMs(): number {
    return this.#limits.idleMs;
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  /** Sends what is in work, then FIN. */
  end(): void {
    this.#inputEnded = true;
    this.pause();
    this.#settle();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  send(reply: Buffer): void {
    this.#inFlight--;
    if (this.#socket.destroyed) return;
    this.#socket.write(frame(reply));
    this.#settle();
  }

  drop(): void {
    this.#inFlight--;
    this.#settle();
  }

  #read(chunk: Buffer): void {
    // After our FIN we read only to see the client's.
    if (this.#socket.writableEnded) return;
    this.onActivity();
    this.#socket.cork();
    const taken = this.#frames.push(chunk, (message) => {
      this.#inFlight++;
      this.#receive(message, new TcpClient(this));
      return !this.#isFull;
    });
    this.#socket.uncork();
    if (taken === undefined) return this.destroy();
    this.#settle();
    // Only when the socket is paused, else it would be read again at once. One chunk may hold
    // thousands of queries, whose replies nobody may be reading.
    if (taken < chunk.length) this.#socket.unshift(chunk.subarray(taken));
  }

  get #isFull(): boolean {
    return this.#inFlight >= this.#limits.pipelined || this.#socket.writableNeedDrain;
  }

  #endInput(): void {
    this.#inputEnded = true;
    this.#settle();
  }

  /** Decides after each event what the connection waits for. */
  #settle(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (this.#inputEnded && this.#inFlight === 0) return this.#endOutput();
    if (this.#isFull || this.#isPaused) socket.pause();
    else socket.resume();
    if (socket.writableNeedDrain) this.#arm(this.#limits.writeMs, false);
    else if (this.#frames.isPartial) this.#arm(this.#limits.readMs, true);
    else if (this.#inFlight > 0) this.#disarm();
    else this.#arm(this.#limits.idleMs, false);
  }

  /** A client that keeps its side open after our FIN must not keep the server from ending. */
  #endOutput(): void {
    if (this.#socket.writableEnded) return;
    this.#arm(this.#limits.writeMs, false);
    this.#socket.end(() => this.#arm(this.#limits.lingerMs, false));
    this.#socket.resume();
  }

  #arm(ms: number, isForRead: boolean): void {
    // A read deadline that runs already stays as it is.
    if (isForRead && this.#deadlineIsForRead && this.#deadline) return;
    this.#disarm();
    this.#deadlineIsForRead = isForRead;
    this.#deadline = setTimeout(() => this.#expire(), ms);
  }

  #disarm(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#deadlineIsForRead = false;
  }

  /** FIN for a client that was only idle (RFC 7766 §6.2.3), RST for one that stalls. */
  #expire(): void {
    if (this.isIdle && !this.#socket.writableNeedDrain && !this.#inputEnded) this.end();
    else this.destroy();
  }

  #closed(): void {
    this.#disarm();
    this.onClose();
  }
}

/** One query of a connection: may be answered once. */
class TcpClient implements Client {
  readonly transport = "tcp";
  readonly maxReplyOctets = MAX_MESSAGE_OCTETS;
  readonly #connection: TcpConnection;

  constructor(connection: TcpConnection) {
    this.#connection = connection;
  }

  get address(): string {
    return this.#connection.address;
  }

  get port(): number {
    return this.#connection.port;
  }

  get localAddress(): string {
    return this.#connection.localAddress;
  }

  get localPort(): number {
    return this.#connection.localPort;
  }

  get keepaliveMs(): number {
    return this.#connection.keepaliveMs;
  }

  send(reply: Buffer): void {
    this.#connection.send(reply);
  }

  drop(): void {
    this.#connection.drop();
  }
}
