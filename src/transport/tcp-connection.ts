import type { Socket } from "node:net";
import { MAX_MESSAGE_OCTETS } from "../dns/wire-writer.ts";
import type { Client } from "../server/client.ts";
import { FrameReader, frame } from "./frame-reader.ts";
import type { TcpLimits } from "./tcp-limits.ts";
import type { Receive } from "./transport.ts";
import { plainAddress } from "./transport.ts";

/**
 * One connection. Queries are answered as their replies come, in any order (RFC 7766 §6.2.1.1).
 * A deadline is absolute: octets that trickle in do not push it.
 */
export class TcpConnection {
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
