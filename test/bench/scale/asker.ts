import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { decode, encode } from "dns-packet";
import type { Expectation } from "./objects.ts";

const TIMEOUT_MS = 200;

/** Asks one server for addresses over one UDP socket, one question at a time. */
export class Asker {
  readonly #socket: Socket;
  #id = 0;
  #waiting: ((packet: Buffer | undefined) => void) | undefined;

  static async connect(port: number): Promise<Asker> {
    const socket = createSocket("udp4");
    socket.connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Asker(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Nobody listens there yet.
    socket.on("error", () => this.#waiting?.(undefined));
    socket.on("message", (packet) => {
      if (packet.readUInt16BE(0) === this.#id) this.#waiting?.(packet);
    });
  }

  close(): void {
    this.#socket.close();
  }

  /** The addresses, sorted; none for a name that is not there; undefined for no answer, or a failure. */
  async ask(qname: string): Promise<readonly string[] | undefined> {
    this.#id = (this.#id + 1) & 0xffff;
    const question = { type: "A", name: qname } as const;
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    this.#waiting = resolve;
    const timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
    this.#socket.send(encode({ type: "query", id: this.#id, questions: [question] }));
    const packet = await promise;
    clearTimeout(timer);
    if (packet === undefined) return undefined;
    const { flags = 0, answers = [] } = decode(packet);
    const rcode = flags & 15;
    if (rcode !== 0 && rcode !== 3) return undefined;
    return answers.flatMap((record) => (record.type === "A" ? [record.data] : [])).toSorted();
  }

  /**
   * Asks until the answer is right.
   * @param pauseMs between two questions
   * @throws {Error} if it is not right in time
   */
  async untilRight(
    { qname, addresses }: Expectation,
    pauseMs: number,
    timeoutMs: number,
  ): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    const wanted = addresses.join();
    for (;;) {
      const said = await this.ask(qname);
      if (said?.join() === wanted) return;
      if (performance.now() > deadline) {
        const found = said === undefined ? "no answer" : `"${said.join()}"`;
        throw new Error(`Cannot get "${wanted}" for "${qname}" within ${timeoutMs} ms: ${found}`);
      }
      if (pauseMs > 0) await sleep(pauseMs);
    }
  }
}
