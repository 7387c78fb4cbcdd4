import { once } from "node:events";
import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import type { Message } from "../../src/dns/message.ts";
import { parseMessage } from "../../src/dns/message.ts";

/** A question, and what is a right answer to it. */
export interface Probe {
  /** See `parseQuestion`. */
  readonly question: string;
  /**
   * Called when it is asked.
   * @returns what looks at the reply: undefined if it is right, else what is wrong with it
   */
  readonly ask: () => (reply: Message) => string | undefined;
}

export interface SteadyOptions {
  readonly port: number;
  readonly probes: readonly Probe[];
  readonly queriesPerSecond: number;
  /** A socket for each query: then it is known which ones the server never got. */
  readonly isFresh?: boolean;
}

export interface Tally {
  readonly sent: number;
  /** Answered, and rightly. */
  readonly right: number;
  readonly wrong: readonly string[];
  /** Neither answered nor refused: when each was sent, on the clock of `performance.now()`. */
  readonly lostAtMs: readonly number[];
  /** The port was closed when they came. Only with a fresh socket for each. */
  readonly refused: number;
  readonly latenciesMs: readonly number[];
}

interface Pending {
  readonly sentAtMs: number;
  readonly question: string;
  readonly look: (reply: Message) => string | undefined;
}

const POOL = 16;
const TICK_MS = 5;
const PATIENCE_MS = 4_000;
const ADDRESS = "127.0.0.1";

/** Asks at a steady rate over UDP, whether or not there are answers. */
export class SteadyClient {
  readonly #options: SteadyOptions;
  readonly #packets: readonly Buffer[];
  readonly #pending = new Map<string, Pending>();
  readonly #sockets: Socket[] = [];
  readonly #wrong: string[] = [];
  readonly #latenciesMs: number[] = [];
  #refused = 0;
  #sent = 0;
  #right = 0;
  #beganMs = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: SteadyOptions) {
    this.#options = options;
    this.#packets = options.probes.map(({ question }) =>
      encodeQuestion(parseQuestion(question), 0),
    );
  }

  static async start(options: SteadyOptions): Promise<SteadyClient> {
    const client = new SteadyClient(options);
    if (options.isFresh !== true) {
      for (let i = 0; i < POOL; i++) client.#sockets.push(await client.#open(i));
    }
    client.#beganMs = performance.now();
    client.#timer = setInterval(() => client.#tick(), TICK_MS);
    return client;
  }

  /** Queries sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Stops asking, and waits for the answers that are on their way. */
  async stop(): Promise<Tally> {
    clearInterval(this.#timer);
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (this.#pending.size > 0 && performance.now() < deadlineMs) await sleep(20);
    for (const socket of this.#sockets) socket.close();
    return {
      sent: this.#sent,
      right: this.#right,
      wrong: this.#wrong,
      lostAtMs: [...this.#pending.values()].map(({ sentAtMs }) => sentAtMs),
      refused: this.#refused,
      latenciesMs: this.#latenciesMs,
    };
  }

  #tick(): void {
    const { queriesPerSecond, isFresh } = this.#options;
    const due = ((performance.now() - this.#beganMs) / 1000) * queriesPerSecond;
    while (this.#sent < due) {
      const number = this.#sent++;
      if (isFresh === true) void this.#askFresh(number);
      else this.#ask(this.#sockets[number % POOL], number % POOL, number);
    }
  }

  #ask(socket: Socket | undefined, key: number, number: number): void {
    const index = number % this.#packets.length;
    const packet = Buffer.from(this.#packets[index] ?? "");
    const probe = this.#options.probes[index];
    if (!probe || !socket) return;
    const id = Math.floor(number / POOL) & 0xffff;
    packet.writeUInt16BE(id, 0);
    const { question } = probe;
    this.#pending.set(`${key} ${id}`, {
      question,
      look: probe.ask(),
      sentAtMs: performance.now(),
    });
    socket.send(packet);
  }

  /** A socket for one query. */
  async #askFresh(number: number): Promise<void> {
    const socket = await this.#open(number);
    const close = (): unknown => socket.close();
    socket.once("message", close);
    socket.once("error", close);
    this.#ask(socket, number, number);
    // It may have been the last one: then the server is gone, and nothing keeps the socket.
    setTimeout(() => {
      if (this.#pending.has(`${number} ${Math.floor(number / POOL) & 0xffff}`)) socket.close();
    }, PATIENCE_MS).unref();
  }

  async #open(key: number): Promise<Socket> {
    const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
    socket.on("message", (packet) => this.#take(key, packet));
    socket.on("error", () => this.#refuse(key));
    socket.connect(this.#options.port, ADDRESS);
    await once(socket, "connect");
    return socket;
  }

  #refuse(key: number): void {
    if (this.#options.isFresh !== true) return;
    this.#refused++;
    for (const name of this.#pending.keys()) {
      if (name.startsWith(`${key} `)) this.#pending.delete(name);
    }
  }

  #take(key: number, packet: Buffer): void {
    const name = `${key} ${packet.readUInt16BE(0)}`;
    const pending = this.#pending.get(name);
    if (!pending) return;
    this.#pending.delete(name);
    const { question, look, sentAtMs } = pending;
    this.#latenciesMs.push(performance.now() - sentAtMs);
    const message = parseMessage(packet);
    const objection = message ? look(message) : "cannot be read";
    if (objection === undefined) this.#right++;
    else this.#wrong.push(`${question}: ${objection}`);
  }
}
