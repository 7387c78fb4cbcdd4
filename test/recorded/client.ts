import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createConnection } from "node:net";
import { FrameReader, frame } from "../../src/dns/frame-reader.ts";
import type { Question } from "./question.ts";
import { encodeQuestion } from "./question.ts";

/** What has not been answered by then never is. */
const TIMEOUT_MS = 60_000;
const ADDRESS = "127.0.0.1";

/** What came back, and the port it was asked from. */
export interface Answer {
  /** Undefined if nothing came. */
  readonly packet: Buffer | undefined;
  readonly port: number;
}

/** Asks one server over real sockets: one for all questions over UDP, one for each over TCP. */
export class TestClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (packet: Buffer | undefined) => void>();
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (packet) => this.#waiting.get(packet.readUInt16BE(0))?.(packet));
    // Nobody listens there (ECONNREFUSED): silence, for all who wait.
    socket.on("error", () => {
      for (const resolve of this.#waiting.values()) resolve(undefined);
    });
  }

  static async connect(port: number): Promise<TestClient> {
    const socket = createSocket("udp4");
    socket.connect(port, ADDRESS);
    await once(socket, "connect");
    return new TestClient(socket);
  }

  close(): void {
    this.#socket.close();
  }

  ask(question: Question): Promise<Answer> {
    return question.isTcp ? this.#askTcp(question) : this.#askUdp(question);
  }

  async #askUdp(question: Question): Promise<Answer> {
    const id = (this.#lastId = (this.#lastId + 1) & 0xffff);
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    this.#waiting.set(id, resolve);
    const timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
    this.#socket.send(encodeQuestion(question, id));
    const packet = await promise;
    clearTimeout(timer);
    this.#waiting.delete(id);
    return { packet, port: this.#socket.address().port };
  }

  async #askTcp(question: Question): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
    const socket = createConnection({ host: ADDRESS, port: this.#socket.remoteAddress().port });
    const frames = new FrameReader();
    socket.on("data", (chunk) => frames.push(chunk, resolve));
    socket.on("error", reject);
    socket.setTimeout(TIMEOUT_MS, () => resolve(undefined));
    socket.write(frame(encodeQuestion(question, 1)));
    const packet = await promise;
    const port = socket.localPort ?? 0;
    socket.destroy();
    return { packet, port };
  }
}
