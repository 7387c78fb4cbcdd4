import { MAX_MESSAGE_OCTETS } from "../dns/wire-writer.ts";
import { contain } from "../observe/faults.ts";
import type { Client } from "./client.ts";
import type { ByteStream, StreamOwner } from "./byte-stream.ts";
import { FrameReader, frame } from "../dns/frame-reader.ts";
import { RoomQueue } from "./room-queue.ts";
import type { StreamResponder } from "./stream-responder.ts";
import type { TcpLimits } from "./tcp-limits.ts";
import type { Receive } from "./transport.ts";
import { plainAddress } from "./transport.ts";

/** Replies that wait for the end of the event loop's turn are sent before when there are so many. */
const MAX_WAITING_OCTETS = 65_536;

/** What the connections of a listener have in common. */
export interface TcpParts {
  readonly receive: Receive;
  readonly responder: StreamResponder;
  readonly limits: TcpLimits;
}

type Deadline = "none" | "read" | "idle" | "write" | "linger";

/**
 * One connection. Queries are answered as their replies come, in any order (RFC 7766 §6.2.1.1).
 * A deadline is absolute: octets that trickle in do not push it, nor do some that trickle out.
 */
export class TcpConnection implements StreamOwner {
  readonly address: string;
  readonly port: number;
  onActivity: () => void = () => {};
  onClose: () => void = () => {};
  readonly #stream: ByteStream;
  readonly #parts: TcpParts;
  readonly #isIpv6: boolean;
  readonly #frames = new FrameReader();
  #deadline: Deadline = "none";
  #timer: NodeJS.Timeout | undefined;
  /** How many queries it had taken when the deadline was set: each has time of its own. */
  #takenBefore = 0;
  #inFlight = 0;
  /** Queries that it has taken. */
  #taken = 0;
  #isReading = false;
  #inputEnded = false;
  #isPaused = false;
  /** Replies that go out at the end of the event loop's turn, in one piece. */
  #waiting: Buffer[] = [];
  #waitingOctets = 0;
  /** For replies of many messages. */
  #room: RoomQueue | undefined;

  constructor(stream: ByteStream, parts: TcpParts) {
    this.#stream = stream;
    this.#parts = parts;
    this.address = plainAddress(stream.remoteAddress ?? "");
    this.port = stream.remotePort ?? 0;
    this.#isIpv6 = this.address.includes(":");
    this.#arm("read", parts.limits.readMs);
  }

  get localAddress(): string {
    return plainAddress(this.#stream.localAddress ?? "");
  }

  get localPort(): number {
    return this.#stream.localPort ?? 0;
  }

  /** Whether it owes the client nothing. */
  get isWaiting(): boolean {
    return this.#inFlight === 0 && this.#waiting.length === 0;
  }

  /** Whether the client has not begun to ask, either. */
  get isIdle(): boolean {
    return this.isWaiting && !this.#frames.isPartial;
  }

  get keepaliveMs(): number {
    return this.#parts.limits.idleMs;
  }

  pause(): void {
    this.#isPaused = true;
    this.#stream.pause();
  }

  /** Sends what is in work, then FIN. */
  end(): void {
    this.#inputEnded = true;
    this.pause();
    this.#settle();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /** See `Client.room`. */
  room(): Promise<boolean> {
    if (this.#stream.destroyed) return Promise.resolve(false);
    const promise = (this.#room ??= new RoomQueue()).wait();
    this.#offerRoom();
    return promise;
  }

  #offerRoom(): void {
    if (this.#waiting.length === 0 && !this.#stream.writableNeedDrain) this.#room?.offer();
  }

  send(reply: Buffer, isLast: boolean): void {
    if (isLast) this.#inFlight--;
    this.#room?.giveBack();
    if (this.#stream.destroyed) return;
    const framed = frame(reply);
    if (this.#isReading) {
      this.#stream.write(framed);
      return;
    }
    if (this.#waiting.length === 0) setImmediate(this.#sendWaiting);
    this.#waiting.push(framed);
    this.#waitingOctets += framed.length;
    if (this.#waitingOctets >= MAX_WAITING_OCTETS) this.#sendWaiting();
  }

  drop(): void {
    this.#inFlight--;
    this.#room?.giveBack();
    if (!this.#isReading) this.#settle();
  }

  readonly #sendWaiting = (): void => {
    try {
      this.#flush();
    } catch (error) {
      this.#fail(error);
    }
  };

  /** What nobody expected is the end of this connection, and of no other. */
  #fail(error: unknown): void {
    contain("connection of a client", error, () => this.destroy());
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const replies = this.#waiting;
    this.#waiting = [];
    this.#waitingOctets = 0;
    if (this.#stream.destroyed) return;
    this.#stream.cork();
    for (const reply of replies) this.#stream.write(reply);
    this.#stream.uncork();
    this.#settle();
  }

  read(chunk: Buffer): void {
    const stream = this.#stream;
    // After our FIN we read only to see the client's.
    if (stream.writableEnded) return;
    this.onActivity();
    stream.cork();
    this.#isReading = true;
    const taken = this.#take(chunk);
    this.#isReading = false;
    stream.uncork();
    if (taken === undefined) return this.destroy();
    if (this.#left === 0) return this.end();
    this.#settle();
    // Only when the stream is paused, else it would be read again at once. One chunk may hold
    // thousands of queries, whose replies nobody may be reading.
    if (taken < chunk.length) stream.unshift(chunk.subarray(taken));
  }

  /** @returns how many octets of the chunk were taken; undefined if this is no DNS */
  #take(chunk: Buffer): number | undefined {
    const { responder } = this.#parts;
    let at = 0;
    while (at < chunk.length && !this.#isFull && this.#left > 0) {
      if (!this.#frames.isPartial) {
        const next = responder.answer(chunk, at, this.#isIpv6, this.#left, this.#stream);
        this.#taken += responder.answered;
        if (next > at) {
          at = next;
          continue;
        }
      }
      const next = this.#frames.push(chunk, this.#dispatch, at);
      if (next === undefined) return undefined;
      at = next;
    }
    return at;
  }

  /** Stops the reader of frames after each message. */
  readonly #dispatch = (message: Buffer): false => {
    this.#inFlight++;
    this.#taken++;
    this.#parts.receive(message, new TcpClient(this));
    return false;
  };

  /** Queries that it may still ask. */
  get #left(): number {
    return Math.max(0, this.#parts.limits.queries - this.#taken);
  }

  get #isFull(): boolean {
    return this.#inFlight >= this.#parts.limits.pipelined || this.#stream.writableNeedDrain;
  }

  endInput(): void {
    this.#inputEnded = true;
    this.#settle();
  }

  drained(): void {
    this.#settle();
  }

  closed(): void {
    this.#disarm();
    this.#waiting = [];
    this.#room?.close();
    this.onClose();
  }

  /** Decides after each event what the connection waits for. */
  #settle(): void {
    const { readMs, idleMs, writeMs } = this.#parts.limits;
    const stream = this.#stream;
    if (stream.destroyed) return;
    if (this.#inputEnded && this.isWaiting) return this.#endOutput();
    if (this.#isFull || this.#isPaused) stream.pause();
    else stream.resume();
    if (stream.writableNeedDrain) this.#arm("write", writeMs);
    else if (this.#frames.isPartial) this.#arm("read", readMs);
    else if (this.#inFlight > 0) this.#disarm();
    else this.#arm("idle", idleMs);
    this.#offerRoom();
  }

  /** A client that keeps its side open after our FIN must not keep the server from ending. */
  #endOutput(): void {
    const { writeMs, lingerMs } = this.#parts.limits;
    if (this.#stream.writableEnded) return;
    this.#stream.end(() => this.#arm("linger", lingerMs));
    if (this.#stream.destroyed) return;
    if (this.#deadline !== "linger") this.#arm("write", writeMs);
    this.#stream.resume();
  }

  #arm(deadline: Deadline, ms: number): void {
    if (this.#stream.destroyed) return;
    if (deadline === this.#deadline) {
      // Reading a query and writing must be done by the time that was set first.
      const isNext = deadline === "read" && this.#taken > this.#takenBefore;
      if (deadline === "idle" || isNext) this.#timer?.refresh();
      this.#takenBefore = this.#taken;
      return;
    }
    clearTimeout(this.#timer);
    this.#deadline = deadline;
    this.#takenBefore = this.#taken;
    this.#timer = setTimeout(this.#expire, ms);
  }

  #disarm(): void {
    if (this.#deadline === "none") return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#deadline = "none";
  }

  /** FIN for a client that was only idle (RFC 7766 §6.2.3), RST for one that stalls. */
  readonly #expire = (): void => {
    this.#disarm();
    try {
      if (this.isIdle && !this.#stream.writableNeedDrain && !this.#inputEnded) this.end();
      else this.destroy();
    } catch (error) {
      this.#fail(error);
    }
  };
}

/** One query of a connection: may be answered once, be it by many messages. */
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

  send(reply: Buffer, isLast: boolean = true): void {
    this.#connection.send(reply, isLast);
  }

  room(): Promise<boolean> {
    return this.#connection.room();
  }

  drop(): void {
    this.#connection.drop();
  }
}
