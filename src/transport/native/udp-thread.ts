import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { guard } from "../../observe/faults.ts";
import type { Responder } from "../responder.ts";
import { MissRing } from "./miss-ring.ts";
import { ThreadMemory } from "./thread-memory.ts";
import type { UdpSocket } from "./udp-socket.ts";
import type { UdpWorkerData } from "./udp-worker.ts";

/** A program of its own, beside this file: in the sources as in the bundle. */
const WORKER = join(import.meta.dirname, `udp-worker${extname(import.meta.filename)}`);

/** Room for some 5,000 queries that wait for the main thread. */
const RING_OCTETS = 1024 * 1024;
/** A thread that ends again and again is started anew ever more slowly. */
const [FIRST_DELAY_MS, LAST_DELAY_MS, HEALTHY_MS] = [10, 1_000, 60_000];

export interface UdpThreadOptions {
  readonly sockets: readonly UdpSocket[];
  readonly responder: Responder | undefined;
  /** A thread has ended that should not have; it will be replaced. */
  readonly onDeath: (reason: string) => void;
}

/** A thread that reads one socket or some, and the next one should it end. */
export class UdpThread {
  readonly memory: ThreadMemory = new ThreadMemory();
  readonly #options: UdpThreadOptions;
  readonly #ringMemory: SharedArrayBuffer = MissRing.allocate(RING_OCTETS);
  readonly ring: MissRing = new MissRing(this.#ringMemory);
  #delayMs = FIRST_DELAY_MS;
  #restart: NodeJS.Timeout | undefined;
  /** Settles when the thread that runs has ended. */
  #ended: Promise<void> = Promise.resolve();

  constructor(options: UdpThreadOptions) {
    this.#options = options;
  }

  /** Resolves when the thread reads its socket, rejects if it never will. */
  async start(): Promise<void> {
    const worker = this.#spawn();
    const died = this.#endOf(worker);
    await new Promise<void>((resolve, reject) => {
      worker.once("message", () => resolve());
      void died.then((reason) => reject(new Error(`Cannot start UDP thread: ${reason}`)));
    });
    this.#keep(died);
  }

  /** Lets the thread hand on what has been received; resolves when it has ended. */
  async stop(): Promise<void> {
    this.memory.stop();
    clearTimeout(this.#restart);
    for (const socket of this.#options.sockets) socket.wake();
    await this.#ended;
  }

  #spawn(): Worker {
    const { sockets, responder } = this.#options;
    const data = responder?.openReader();
    const workerData: UdpWorkerData = {
      fds: sockets.map(({ fd }) => fd),
      memory: this.memory.shared,
      ring: this.#ringMemory,
      responder: responder && data !== undefined ? { module: responder.module, data } : undefined,
    };
    try {
      const worker = new Worker(WORKER, { workerData, execArgv: [] });
      if (data !== undefined) worker.on("exit", () => responder?.closeReader(data));
      return worker;
    } catch (error) {
      if (data !== undefined) responder?.closeReader(data);
      throw error;
    }
  }

  /** Resolves with the reason why a thread has ended. */
  #endOf(worker: Worker): Promise<string> {
    let reason = "";
    worker.on("error", (error) => {
      reason = error.message;
    });
    const ended = new Promise<string>((resolve) => {
      worker.on("exit", (code) => resolve(reason === "" ? `exit code ${code}` : reason));
    });
    this.#ended = ended.then(() => {});
    return ended;
  }

  #startAgain(): void {
    if (this.memory.isStopping) return;
    const start = guard(
      "start of a UDP thread",
      () => this.#keep(this.#endOf(this.#spawn())),
      () => this.#startAgain(),
    );
    this.#restart = setTimeout(start, this.#delayMs);
    this.#delayMs = Math.min(2 * this.#delayMs, LAST_DELAY_MS);
  }

  #keep(died: Promise<string>): void {
    const startedMs = performance.now();
    void died.then((reason) => {
      if (this.memory.isStopping) return;
      this.#options.onDeath(reason);
      if (performance.now() - startedMs > HEALTHY_MS) this.#delayMs = FIRST_DELAY_MS;
      this.#startAgain();
    });
  }
}
