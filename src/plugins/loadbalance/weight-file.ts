import { readFile } from "node:fs/promises";
import { guard } from "../../observe/faults.ts";
import type { Logger } from "../../observe/log.ts";
import type { Weights } from "./weights.ts";
import { parseWeights } from "./weights.ts";

/** A file of weights, read again from time to time. What is wrong in it leaves the old weights. */
export class WeightFile {
  weights: Weights = new Map();
  readonly #path: string;
  readonly #reloadMs: number;
  readonly #log: Logger;
  #text = "";
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(path: string, reloadMs: number, log: Logger) {
    this.#path = path;
    this.#reloadMs = reloadMs;
    this.#log = log;
  }

  /** Rejects if the file is wrong, or is not there and will not be looked for again. */
  async start(): Promise<void> {
    await this.check();
    this.#readLater();
  }

  /** Reads the file; rejects as {@link start} does. */
  async check(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      if (this.#reloadMs === 0 || error instanceof SyntaxError) throw error;
      this.#log.warn(`${(error as Error).message}; trying again in ${this.#reloadMs} ms`);
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** One at a time: a file system that hangs takes one thread of Node's pool, not all of them. */
  #readLater(): void {
    if (this.#isStopped || this.#reloadMs === 0) return;
    const read = guard("read a weight file", async () => {
      await this.#readAgain();
      this.#readLater();
    });
    this.#timer = setTimeout(read, this.#reloadMs).unref();
  }

  /** Reads the file, if it has changed. */
  async read(): Promise<void> {
    const text = await readFile(this.#path, "utf8").catch((cause: NodeJS.ErrnoException) => {
      throw new Error(`Cannot read weight file "${this.#path}": ${cause.code}`, { cause });
    });
    if (text === this.#text) return;
    this.weights = parseWeights(text, this.#path);
    this.#text = text;
  }

  async #readAgain(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      this.#log.error(`${(error as Error).message}; the weights stay as they were`);
    }
  }
}
