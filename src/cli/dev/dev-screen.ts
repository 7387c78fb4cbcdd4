import { styleText } from "node:util";
import type { DestinationStream } from "pino";
import { printable } from "../../text/printable.ts";
import type { LogEntry } from "./dev-entry.ts";
import { shownOf } from "./dev-entry.ts";

const MAX_NAMES = 1_000;
/** Words of levels that are no information, and their colours. */
const TAGS = {
  WARN: ["WARNING", "yellow"],
  ERROR: ["ERROR", "red"],
  FATAL: ["FATAL", "red"],
} as const;

export interface DevScreenParts {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly hasColours: boolean;
  /** Zones of the cluster, with a final dot. */
  readonly zones: () => readonly string[];
  /** Why a name does not resolve; undefined if it does. */
  readonly explain: (name: string, type: string) => Promise<string | undefined>;
}

/** What `portolan dev` says: on a terminal for people, elsewhere lines as of any log. It is where the server's log goes. */
export class DevScreen implements DestinationStream {
  readonly #parts: DevScreenParts;
  readonly #failed = new Set<string>();
  /** Called when a question of `portolan dev` itself has come. */
  onProbe: (name: string) => void = () => {};

  constructor(parts: DevScreenParts) {
    this.#parts = parts;
  }

  /** @param line one of the log, as JSON */
  write(line: string): void {
    const shown = shownOf(JSON.parse(line) as LogEntry, this.#parts.zones());
    if (shown?.kind === "line") this.#line(shown.level, shown.text);
    else if (shown?.kind === "probe") this.onProbe(shown.name);
    else if (shown) void this.#tellFailure(shown.name, shown.type);
  }

  /** Says something for people. */
  say(text: string, level = "INFO"): void {
    this.#line(level, text);
  }

  async #tellFailure(name: string, type: string): Promise<void> {
    if (this.#failed.has(name)) return;
    if (this.#failed.size >= MAX_NAMES) this.#failed.clear();
    this.#failed.add(name);
    const shown = name.replace(/\.$/, "");
    try {
      const reason = await this.#parts.explain(name, type);
      if (reason !== undefined) this.#line("WARN", `${shown} does not resolve: ${reason}`);
    } catch (error) {
      this.#line("WARN", `${shown} does not resolve: ${(error as Error).message}`);
    }
  }

  #line(level: string, text: string): void {
    const { write, isTerminal } = this.#parts;
    const words = printable(text).replaceAll("\n", "\n  ");
    if (!isTerminal) write(`[${tagOf(level)?.[0] ?? level}] ${words}\n`);
    else write(`${this.#mark(level)}${words.replace(/^plugin\/(?:connect|kubernetes): /, "")}\n`);
  }

  /** Nothing on a terminal where all is well. */
  #mark(level: string): string {
    const tag = tagOf(level);
    if (!tag) return "";
    const [word, colour] = tag;
    const mark = `${word.toLowerCase()}: `;
    return this.#parts.hasColours ? styleText(colour, mark, { validateStream: false }) : mark;
  }
}

function tagOf(
  level: string,
): readonly ["WARNING" | "ERROR" | "FATAL", "yellow" | "red"] | undefined {
  return Object.hasOwn(TAGS, level) ? TAGS[level as keyof typeof TAGS] : undefined;
}
