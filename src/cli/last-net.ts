import { describeFault, reportFault } from "../observe/faults.ts";

/** A process with more exceptions of nobody's than this ... */
export const MAX_FAULTS = 100;
/** ... within this time is broken as a whole, and a new one serves better. */
export const FAULT_PERIOD_MS = 60_000;

/** Where exceptions arrive that nobody caught: `process`, or what stands for it in a test. */
export interface FaultSource {
  on(event: "uncaughtException", listener: (error: unknown, origin: string) => void): unknown;
}

export interface LastNetOptions {
  readonly source?: FaultSource;
  /** Logs a last word and ends the process with exit code 1. */
  readonly end: (message: string) => void;
  /** The monotonic clock. */
  readonly nowMs?: () => number;
}

/**
 * Catches exceptions that nobody did, those of promises among them (Node makes them into the same event): each is told
 * of, and service goes on. The process ends if one comes while it starts, or if they come too fast.
 */
export class LastNet {
  readonly #options: LastNetOptions;
  readonly #nowMs: () => number;
  /** Of the latest ones, the oldest first. */
  readonly #timesMs: number[] = [];
  #isServing = false;

  constructor(options: LastNetOptions) {
    this.#options = options;
    const { source = process, nowMs = () => performance.now() } = options;
    this.#nowMs = nowMs;
    source.on("uncaughtException", (error, origin) => this.#catch(error, origin));
  }

  /** From now on there is a service that is worth going on with. */
  serve(): void {
    this.#isServing = true;
  }

  #catch(error: unknown, origin: string): void {
    const { end } = this.#options;
    if (!this.#isServing) return end(`Cannot start: ${describeFault(error)}`);
    reportFault(origin === "unhandledRejection" ? "a promise of nobody's" : "nobody's work", error);
    const nowMs = this.#nowMs();
    this.#timesMs.push(nowMs);
    if (this.#timesMs.length <= MAX_FAULTS) return;
    const oldestMs = this.#timesMs.shift() as number;
    if (nowMs - oldestMs > FAULT_PERIOD_MS) return;
    end(`Cannot go on: more than ${MAX_FAULTS} exceptions of nobody's in a minute`);
  }
}
