import { guard } from "../../observe/faults.ts";
import { TokenBucket } from "../../observe/token-bucket.ts";

/** Lines that are shown at once, ... */
const BURST = 30;
/** ... and how many a second for as long as there are more: nobody reads faster. */
const PER_SECOND = 5;
const SUMMARY_MS = 10_000;
/** What has been said just now is not said again. */
const REPEAT_MS = 30_000;
const MAX_REMEMBERED = 200;

/** What lines are about, in the words of the summary. */
export type LineKind = "names that do not resolve" | "names asked for" | "other lines";

export interface LineBudgetParts {
  /** The clock of `performance.now()`. */
  readonly now: () => number;
  /** Says how many were left out. */
  readonly summarize: (text: string) => void;
}

/** Keeps a screen readable whatever is asked, as by somebody who tries 10,000 names. */
export class LineBudget {
  readonly #parts: LineBudgetParts;
  readonly #leftOut = new Map<LineKind, number>();
  /** When something was said last, by what it was. */
  readonly #saidMs = new Map<string, number>();
  readonly #bucket: TokenBucket;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: LineBudgetParts) {
    this.#parts = parts;
    this.#bucket = new TokenBucket({ burst: BURST, perSecond: PER_SECOND }, parts.now);
  }

  /** Whether a line may be shown; if not, it is counted. */
  take(kind: LineKind): boolean {
    if (this.#bucket.take()) return true;
    this.#leftOut.set(kind, (this.#leftOut.get(kind) ?? 0) + 1);
    const tell = guard("summary of lines left out", () => this.tell());
    this.#timer ??= setTimeout(tell, SUMMARY_MS).unref();
    return false;
  }

  /** Whether these words have been said just now. */
  isRepeated(text: string): boolean {
    const nowMs = this.#parts.now();
    const saidMs = this.#saidMs.get(text);
    if (saidMs !== undefined && nowMs - saidMs < REPEAT_MS) return true;
    this.#saidMs.delete(text);
    this.#saidMs.set(text, nowMs);
    const [oldest = ""] = this.#saidMs.keys();
    if (this.#saidMs.size > MAX_REMEMBERED) this.#saidMs.delete(oldest);
    return false;
  }

  /** Says what was left out until now, if anything was. */
  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = Array.from(this.#leftOut, ([kind, count]) => `${count} ${kind}`);
    this.#leftOut.clear();
    if (counts.length === 0) return;
    this.#parts.summarize(`Not shown: ${counts.join(", ")}; more than ${PER_SECOND} a second`);
  }
}
