import type { Socket } from "node:net";
import { release } from "../../net/release.ts";
import { guard } from "../../observe/faults.ts";
import { clientFrame, FrameReader, Opcode } from "./web-socket-frames.ts";

export interface WebSocketListener {
  /** Some octets of a message. @param isFirst whether a message begins with them */
  onOctets(octets: Buffer, isFirst: boolean): void;
  /** Nothing comes any more. @param code of the server (RFC 6455 §7.4), or undefined if it said none */
  onEnd(code: number | undefined): void;
  onError(error: Error): void;
}

export const NORMAL_CLOSURE = 1_000;
const NOTHING = Buffer.alloc(0);
/** A server that is asked to close the connection has so long. */
const CLOSE_TIMEOUT_MS = 10_000;

/**
 * The client's end of a WebSocket (RFC 6455) that carries octets rather than messages: the ones of large messages are handed on
 * as they come in, which costs half of what it takes to wait for each, copy it and collect the copies.
 */
export class WebSocket {
  /** The subprotocol that the server has chosen. */
  readonly protocol: string;
  readonly #socket: Socket;
  #listener: WebSocketListener | undefined;
  #hasEnded = false;
  #isClosed = false;

  /** @param socket after the handshake, with nothing read; it is paused until `listen` */
  constructor(socket: Socket, protocol: string) {
    this.#socket = socket;
    this.protocol = protocol;
  }

  listen(listener: WebSocketListener): void {
    const socket = this.#socket;
    this.#listener = listener;
    const reader = new FrameReader({
      onOctets: (octets, isFirst) => this.#isClosed || listener.onOctets(octets, isFirst),
      onControl: (opcode, payload) => this.#onControl(opcode, payload),
    });
    const guarded = <Args extends unknown[]>(run: (...args: Args) => void) =>
      guard("WebSocket to the API server", run, (error) => this.#fail(error));
    socket.on("data", (chunk: Buffer) => this.#isClosed || this.#read(reader, chunk));
    socket.on("error", (error: Error) => this.#fail(error));
    socket.on(
      "close",
      guarded(() => this.#end(undefined)),
    );
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Sends one message. @param head what comes before the octets */
  send(head: Uint8Array, octets: Uint8Array, done: (error?: Error | null) => void): void {
    const frame = clientFrame(Opcode.BINARY, head, octets);
    this.#socket.write(frame, (error) => {
      release(frame);
      done(error);
    });
  }

  /** Sends what is under way, and closes the connection. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const socket = this.#socket;
    const code = Buffer.alloc(2);
    code.writeUInt16BE(NORMAL_CLOSURE);
    socket.end(clientFrame(Opcode.CLOSE, NOTHING, code));
    // What still comes is read: octets that nobody reads would have the kernel reset the connection, and so lose those sent.
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS).unref();
    socket.once("close", () => clearTimeout(timer));
  }

  destroy(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    try {
      reader.read(chunk);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #onControl(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.PING) this.#socket.write(clientFrame(Opcode.PONG, NOTHING, payload));
    if (opcode !== Opcode.CLOSE) return;
    this.#end(payload.length < 2 ? undefined : payload.readUInt16BE());
    this.close();
  }

  #end(code: number | undefined): void {
    if (this.#hasEnded || this.#isClosed) return;
    this.#hasEnded = true;
    this.#listener?.onEnd(code);
  }

  #fail(error: Error): void {
    const isTold = this.#isClosed;
    this.destroy();
    if (!isTold) this.#listener?.onError(error);
  }
}
