import type { Logger } from "../../observe/log.ts";

/** The same trouble is not told of again before. */
const REPEAT_MS = 60_000;

export interface TroubleText {
  /** What is wrong, the same words for the same thing. */
  readonly cause: string;
  /** The same, without what only the log may say: files, hosts, users, words of the server. */
  readonly summary: string;
  /** What differs from one time to the next. */
  readonly detail: string;
}

interface Trouble {
  readonly summary: string;
  readonly sinceMs: number;
  /** Whether there was a line about it: if not, there is none about its end either. */
  readonly isTold: boolean;
}

/** Tells of trouble when it begins, now and then while it lasts, and when it is over. */
export class TroubleLog {
  readonly #log: Logger;
  readonly #troubles = new Map<string, Trouble>();
  /** When a cause was told of last, also if it has been over since: connections may flap. */
  readonly #toldMs = new Map<string, number>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The summary of the first trouble that lasts; undefined if all is well. */
  get current(): string | undefined {
    for (const { summary } of this.#troubles.values()) return summary;
    return undefined;
  }

  /** @param subject what is in trouble */
  tell(subject: string, { cause, summary, detail }: TroubleText): void {
    const nowMs = performance.now();
    const known = this.#troubles.get(subject);
    this.#forget(nowMs - REPEAT_MS);
    const isNews = !this.#toldMs.has(cause);
    const isTold = isNews || known?.isTold === true;
    this.#troubles.set(subject, { summary, sinceMs: known?.sinceMs ?? nowMs, isTold });
    if (!isNews) return;
    this.#toldMs.set(cause, nowMs);
    this.#log.warn(`${cause}; ${detail}`);
  }

  over(subject: string, message: string): void {
    const known = this.#troubles.get(subject);
    if (!known) return;
    this.#troubles.delete(subject);
    if (!known.isTold) return;
    const seconds = ((performance.now() - known.sinceMs) / 1_000).toFixed(1);
    this.#log.info(`${message} after ${seconds} s`);
  }

  #forget(untilMs: number): void {
    for (const [cause, toldMs] of this.#toldMs) {
      if (toldMs <= untilMs) this.#toldMs.delete(cause);
    }
  }
}
