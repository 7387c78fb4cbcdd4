import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";

/** One connection in so many is kept. */
const KEEP_EVERY = 20;
/** A failure is told of with its first words; more of them say no more. */
const MAX_FAILURES = 5;

/** A connection that lives on, and the Pod that is behind it. */
interface Kept {
  readonly pod: string;
  readonly socket: Socket;
}

/** Clients that connect again and again, each as soon as the Pod behind has said its name. */
export class Load {
  /** The name that was heard last. */
  last = "";
  readonly kept: Kept[] = [];
  readonly failures: string[] = [];
  readonly #host: string;
  readonly #port: number;
  readonly #clients: readonly Promise<void>[];
  #isOver = false;
  #connected = 0;
  #round = 0;
  #failed: ((error: unknown) => void) | undefined;
  #heard: ((name: string, round: number) => void) | undefined;

  constructor(host: string, port: number, clients: number) {
    this.#host = host;
    this.#port = port;
    this.#clients = Array.from({ length: clients }, () => this.#client());
  }

  /**
   * The names behind so many connections that are begun from now on.
   * @throws {Error} if one comes to nothing
   */
  async next(count: number): Promise<readonly string[]> {
    const names: string[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#failed = reject;
    const current = ++this.#round;
    this.#heard = (name, round) => {
      if (round !== current) return;
      names.push(name);
      if (names.length === count) resolve();
    };
    await promise;
    this.#heard = undefined;
    return names;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  async #client(): Promise<void> {
    while (!this.#isOver && this.failures.length < MAX_FAILURES) {
      const round = this.#round;
      // Whoever waits for it hears of it as well.
      const socket = connect(this.#port, this.#host).on("error", () => {});
      try {
        const [name] = (await once(socket, "data")) as [Buffer];
        this.last = String(name);
        this.#heard?.(this.last, round);
        this.#keepOrEnd({ pod: this.last, socket });
      } catch (error) {
        this.failures.push((error as Error).message);
        this.#failed?.(error);
      }
    }
  }

  #keepOrEnd(one: Kept): void {
    const isFirst = !this.kept.some(({ pod }) => pod === one.pod);
    if (!isFirst && ++this.#connected % KEEP_EVERY > 0) {
      one.socket.destroy();
      return;
    }
    this.kept.push(one);
    one.socket.once("close", () => {
      if (!this.#isOver) this.failures.push(`a connection to "${one.pod}" was lost`);
    });
  }
}
