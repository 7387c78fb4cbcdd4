import { readFile } from "node:fs/promises";
import { PolledFile } from "../../files/polled-file.ts";
import type { Logger } from "../../observe/log.ts";
import type { Weights } from "./weights.ts";
import { parseWeights } from "./weights.ts";

/** A file of weights, read again from time to time. What is wrong in it leaves the old weights. */
export class WeightFile {
  weights: Weights = new Map();
  readonly #file: PolledFile;
  readonly #reloadMs: number;
  readonly #log: Logger;

  constructor(path: string, reloadMs: number, log: Logger) {
    this.#reloadMs = reloadMs;
    this.#log = log;
    this.#file = new PolledFile(
      path,
      reloadMs,
      () => this.#read(),
      (error) => log.error(`${this.#messageOf(error)}; the weights stay as they were`),
    );
  }

  /** Rejects if the file is wrong, or is not there and will not be looked for again. */
  start(): Promise<void> {
    return this.#expectLater(this.#file.start());
  }

  /** Reads the file; rejects as {@link start} does. */
  check(): Promise<void> {
    return this.#expectLater(this.#file.look());
  }

  stop(): void {
    this.#file.stop();
  }

  async #expectLater(look: Promise<void>): Promise<void> {
    try {
      await look;
    } catch (error) {
      if (this.#reloadMs === 0 || error instanceof SyntaxError) {
        this.stop();
        throw new Error(this.#messageOf(error), { cause: error });
      }
      this.#log.warn(`${this.#messageOf(error)}; trying again in ${this.#reloadMs} ms`);
    }
  }

  async #read(): Promise<void> {
    const { path } = this.#file;
    this.weights = parseWeights(await readFile(path, "utf8"), path);
    this.#log.info(`Successfully reloaded weight file ${path}`);
  }

  #messageOf(error: unknown): string {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof SyntaxError) return error.message;
    return `Cannot read weight file "${this.#file.path}": ${code ?? (error as Error).message}`;
  }
}
