import { styleText } from "node:util";
import type { DestinationStream } from "pino";
import { hasColours } from "./colours.ts";

/** By pino's number of the level. */
export type LevelTags = Readonly<Record<number, string>>;

/** CoreDNS's words for pino's levels, and their colours. */
const LEVELS = [
  [10, "DEBUG", "blue"],
  [20, "DEBUG", "blue"],
  [30, "INFO", "green"],
  [40, "WARNING", "yellow"],
  [50, "ERROR", "red"],
  [60, "FATAL", "red"],
] as const;

const PLAIN_TAGS: LevelTags = Object.fromEntries(
  LEVELS.map(([level, word]) => [level, `[${word}]`]),
);

/** Tags of levels for what `stream` is. */
export function levelTags(stream: NodeJS.WritableStream): LevelTags {
  if (!hasColours(stream)) return PLAIN_TAGS;
  const painted = LEVELS.map(([level, word, colour]) => {
    return [level, styleText(colour, `[${word}]`, { validateStream: false })] as const;
  });
  return Object.fromEntries(painted);
}

/** Asks pino for the fields of this name. */
const METADATA: unique symbol = Symbol.for("pino.metadata") as never;

/** What pino keeps of a line for destinations that ask for it. */
interface Fields {
  readonly msg?: unknown;
  readonly err?: unknown;
}

/** Makes CoreDNS's text of pino's lines: `[LEVEL] message`, without a time. */
export class TextLines implements DestinationStream {
  readonly [METADATA] = true;
  readonly #destination: DestinationStream;
  readonly #tags: LevelTags;
  lastLevel = 0;
  lastMsg: string | undefined;
  lastObj: Fields = {};

  constructor(destination: DestinationStream, tags: LevelTags = PLAIN_TAGS) {
    this.#destination = destination;
    this.#tags = tags;
  }

  write(): void {
    const { msg = "", err } = this.lastObj;
    const message = `${this.lastMsg ?? String(msg)}${err === undefined ? "" : `: ${reasonOf(err)}`}`;
    this.#destination.write(`${this.#tags[this.lastLevel]} ${oneEntry(message)}\n`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const CONTROLS = /(?![\n\t])[\p{Cc}\u2028\u2029]/gu;

/** Nothing in a message may look like another line, or paint a terminal: later lines of it are indented. */
function oneEntry(message: string): string {
  if (!CONTROL.test(message)) return message;
  return escapeControls(message.replaceAll(/\r?\n(?! )/g, "\n  "));
}

/** All but line breaks and tabs. */
export function escapeControls(text: string): string {
  return text.replaceAll(CONTROLS, escapeControl);
}

function escapeControl(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
