import type { RE2JS } from "re2js";
import { formatDuration } from "../../observe/format-duration.ts";
import type { Logger } from "../../observe/log.ts";
import type { Consolidation, Level } from "./parse.ts";

/** Counts failures of one kind; a period after the first of them it logs how many there were. */
export class Consolidator {
  readonly #options: Consolidation;
  readonly #log: Logger;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: Consolidation, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  get pattern(): RE2JS {
    return this.#options.pattern;
  }

  get level(): Level {
    return this.#options.level;
  }

  /**
   * Counts one.
   * @returns whether that is all there is to do; false if it is to be logged by itself.
   */
  count(): boolean {
    if (this.#isStopped) return false;
    this.#count++;
    if (this.#count > 1) return true;
    const { periodMs, showsFirst } = this.#options;
    this.#timer = setTimeout(() => this.#summarize(), periodMs).unref();
    return !showsFirst;
  }

  /** Logs what has been counted so far; nothing is counted after that. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#summarize();
  }

  #summarize(): void {
    const count = this.#count;
    this.#count = 0;
    const { level, periodMs, pattern, showsFirst } = this.#options;
    // One that has been shown needs no summary.
    if (count === 0 || (count === 1 && showsFirst)) return;
    const period = formatDuration(periodMs);
    this.#log[level](`${count} errors like '${pattern.pattern()}' occurred in last ${period}`);
  }
}
