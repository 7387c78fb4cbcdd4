import { once } from "node:events";
import type { Socket } from "node:net";
import { FrameReader, frame } from "../../src/dns/frame-reader.ts";

/** One connection of a client, and what comes by it. */
export class StreamProbe {
  readonly socket: Socket;
  /** Replies in the order in which they came. */
  readonly replies: Buffer[] = [];
  /** What became of it: FIN keeps it `ended` until it is closed, RST makes it `reset`. */
  isEnded = false;
  isReset = false;
  isClosed = false;
  readonly #frames = new FrameReader();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#frames.push(chunk, (reply) => this.replies.push(reply));
    });
    socket.on("end", () => {
      this.isEnded = true;
      socket.end();
    });
    socket.on("error", () => {
      this.isReset = true;
    });
    socket.on("close", () => {
      this.isClosed = true;
    });
  }

  /** Sends messages as one piece of the stream. */
  send(...packets: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(packets.map(frame)));
  }

  /** The replies once there are so many, or the connection has been closed. */
  async until(count: number): Promise<readonly Buffer[]> {
    while (this.replies.length < count && !this.isClosed) {
      await Promise.race([once(this.socket, "data"), this.closed()]);
    }
    return this.replies;
  }

  /** The replies' ids. */
  async ids(count: number): Promise<number[]> {
    return (await this.until(count)).map((reply) => reply.readUInt16BE(0));
  }

  async closed(): Promise<void> {
    while (!this.isClosed) await new Promise((resolve) => setImmediate(resolve));
  }

  close(): void {
    this.socket.destroy();
  }
}
