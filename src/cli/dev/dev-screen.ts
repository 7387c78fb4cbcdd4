import type { DestinationStream } from "pino";
import type { LogEntry } from "./dev-entry.ts";
import { shownOf } from "./dev-entry.ts";
import type { DevLine } from "./dev-line.ts";
import { logLine, terminalLine } from "./dev-line.ts";
import type { LineKind } from "./line-budget.ts";
import { LineBudget } from "./line-budget.ts";

const MAX_NAMES = 1_000;
/** Between lines of a log that say how far it is. */
const PROGRESS_MS = 5_000;
const MAX_HELD_BACK = 200;
/** To the line's beginning, and away with what is there. */
const ERASE = "\r\u001B[K";

export interface DevScreenParts {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly hasColours: boolean;
  /** Of the terminal, at the moment. */
  readonly columns: () => number;
  /** Zones of the cluster, with a final dot. */
  readonly zones: () => readonly string[];
  /** Why a name does not resolve; undefined if it does. */
  readonly explain: (name: string, type: string) => Promise<string | undefined>;
  readonly clock?: Pick<typeof Date, "now">;
}

/** What `portolan dev` says: on a terminal for people, elsewhere lines as of any log. It is where the server's log goes. */
export class DevScreen implements DestinationStream {
  readonly #parts: DevScreenParts;
  readonly #failed = new Set<string>();
  readonly #budget: LineBudget;
  readonly #clock: Pick<typeof Date, "now">;
  /** What a terminal shows in its last line, until something else is said. */
  #progress = "";
  #progressText = "";
  #progressMs = Number.NEGATIVE_INFINITY;
  /** What waits until somebody else has done with the terminal. */
  #heldBack: string[] | undefined;
  /** Called when a question of `portolan dev` itself has come. */
  onProbe: (name: string) => void = () => {};

  constructor(parts: DevScreenParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? Date;
    this.#budget = new LineBudget({
      now: () => this.#clock.now(),
      summarize: (text) => this.say(text),
    });
  }

  /** @param line one of the log, as JSON */
  write(line: string): void {
    const shown = shownOf(JSON.parse(line) as LogEntry, this.#parts.zones());
    if (shown?.kind === "line") this.#tell(shown.line);
    else if (shown?.kind === "probe") this.onProbe(shown.name);
    else if (shown) void this.#tellFailure(shown.name, shown.type);
  }

  /** Says something for people. */
  say(text: string, level = "INFO"): void {
    this.#show({ level, plugin: "", text });
  }

  /** Says how far it is: on a terminal in the place of what was said so before, elsewhere now and then. */
  sayProgress(text: string): void {
    if (text === this.#progressText) return;
    if (!this.#parts.isTerminal) {
      const nowMs = this.#clock.now();
      if (nowMs - this.#progressMs < PROGRESS_MS) return;
      this.#progressMs = nowMs;
      this.#progressText = text;
      return this.say(text);
    }
    const line = this.#written({ level: "INFO", plugin: "", text });
    this.#eraseProgress();
    this.#progressText = text;
    // One line is what can be erased.
    this.#progress = line.split("\n")[0] ?? "";
    this.#put(this.#progress);
  }

  /** Says nothing until `goOn`: somebody else asks at this terminal. */
  holdBack(): void {
    this.#eraseProgress();
    this.#heldBack ??= [];
  }

  goOn(): void {
    const waiting = this.#heldBack ?? [];
    this.#heldBack = undefined;
    for (const text of waiting) this.#parts.write(text);
  }

  /** Says what has been left out. */
  stop(): void {
    this.#budget.tell();
    this.#eraseProgress();
  }

  #tell(line: DevLine): void {
    const isOfQueries = line.plugin !== "";
    const kind: LineKind = line.text.startsWith("Asked for ") ? "names asked for" : "other lines";
    if (this.#budget.isRepeated(`${line.level} ${reasonOf(line)}`)) return;
    if (!isOfQueries || this.#budget.take(kind)) this.#show(line);
  }

  async #tellFailure(name: string, type: string): Promise<void> {
    if (this.#failed.has(name) || !this.#budget.take("names that do not resolve")) return;
    const [oldest = ""] = this.#failed;
    if (this.#failed.size >= MAX_NAMES) this.#failed.delete(oldest);
    this.#failed.add(name);
    const shown = name.replace(/\.$/, "");
    const tell = (reason: string): void => {
      this.#show({ level: "WARN", plugin: "", text: `${shown} does not resolve: ${reason}` });
    };
    try {
      const reason = await this.#parts.explain(name, type);
      if (reason !== undefined) tell(reason);
    } catch (error) {
      tell((error as Error).message);
    }
  }

  #show(line: DevLine): void {
    this.#eraseProgress();
    this.#put(this.#written(line));
  }

  #written(line: DevLine): string {
    const { isTerminal, hasColours, columns } = this.#parts;
    if (!isTerminal) return logLine(line);
    const time = new Date(this.#clock.now());
    return terminalLine(line, time, { hasColours, columns: columns() });
  }

  #eraseProgress(): void {
    if (this.#progress === "") return;
    this.#put(ERASE);
    this.#progress = "";
    // It is to be seen again.
    this.#progressText = "";
  }

  #put(text: string): void {
    if (!this.#heldBack) return this.#parts.write(text);
    if (this.#heldBack.length < MAX_HELD_BACK) this.#heldBack.push(text);
  }
}

/** What fails for one name fails for others: without a network all those outside do. */
function reasonOf({ plugin, text }: DevLine): string {
  return plugin === "errors" ? text.replace(/^\d+ \S+ \S+: /, "") : text;
}
