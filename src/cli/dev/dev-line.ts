import { styleText } from "node:util";
import { printable } from "../../text/printable.ts";
import { wrap } from "../../text/wrap.ts";

/** Something that a user of `portolan dev` is told. */
export interface DevLine {
  /** As in a log: INFO, WARN, ERROR, FATAL. */
  readonly level: string;
  /** Who says it, "" for `portolan dev` itself. */
  readonly plugin: string;
  readonly text: string;
}

/** How wide a terminal is, and what it can show. */
export interface DevLook {
  readonly columns: number;
  readonly hasColours: boolean;
}

type Colour = "cyan" | "green" | "yellow" | "red";

/** What stands in front of a line on a terminal. */
interface Tag {
  readonly word: string;
  readonly colour?: Colour;
}

const ASKED: Tag = { word: "asked", colour: "cyan" };
const FAILED: Tag = { word: "failed", colour: "yellow" };

/** What lines begin with, the word that stands for it, and what is left. The first that fits is taken. */
const LEADS: readonly (readonly [RegExp, Tag, string?])[] = [
  [/^(\S+) does not resolve: /, FAILED, "$1: "],
  [/^Asked for /, ASKED],
  [/^Connected to /, { word: "connected", colour: "green" }],
  [/^Cannot connect to /, FAILED],
  [/^Nobody is ready behind /, FAILED, "nobody is ready behind "],
  [/^Ready again behind /, { word: "ready", colour: "green" }, "again behind "],
  [/^Serving /, { word: "serving" }],
  [/^Reading /, { word: "reading" }, ""],
  [/^Watching the API server of /, { word: "watching" }, ""],
  [/^This machine's resolver /, { word: "resolver" }, ""],
  [/^Ready /, { word: "ready", colour: "green" }],
];

const LEVELS: Readonly<Record<string, { readonly log: string; readonly tag: Tag }>> = {
  WARN: { log: "WARNING", tag: { word: "warning", colour: "yellow" } },
  ERROR: { log: "ERROR", tag: { word: "error", colour: "red" } },
  FATAL: { log: "FATAL", tag: { word: "error", colour: "red" } },
};

/** The longest word of a tag. */
const TAG_WIDTH = "connected".length;
/** Narrower terminals have no room for the time. */
const MIN_FOR_TIME = 60;
/** Longer lines are hard to read. */
const MAX_COLUMNS = 160;
const MIN_ROOM = 20;
const USUAL_COLUMNS = 80;
/** A failed query as *errors* tells of it: response code, name, type, reason. */
const OF_ERRORS = /^\d+ (\S+?)\.? (\S+): (.*)$/s;

/** A line of a log, for where nobody looks at it now. */
export function logLine({ level, plugin, text }: DevLine): string {
  const who = plugin === "" ? "" : `plugin/${plugin}: `;
  return `[${LEVELS[level]?.log ?? level}] ${who}${onLines(text, "  ")}\n`;
}

/** A line of a terminal: the time, a word for what it is, and the text in a column of its own. */
export function terminalLine(line: DevLine, time: Date, look: DevLook): string {
  const { tag, text } = tagged(line);
  const columns = Math.min(look.columns || USUAL_COLUMNS, MAX_COLUMNS);
  const clock = columns < MIN_FOR_TIME ? "" : `${clockOf(time)} `;
  const word = tag.word.padEnd(TAG_WIDTH);
  const indent = `${clock}${word} `;
  const room = Math.max(columns - indent.length, MIN_ROOM);
  const lines = onLines(text, "").split("\n");
  const plain = lines
    .map((one, i) => {
      const before = i === 0 ? indent : " ".repeat(indent.length);
      return wrap(cutWords(one, room), before, indent.length + room);
    })
    .join("");
  return look.hasColours ? painted(plain, clock, tag) : plain;
}

function tagged({ level, plugin, text }: DevLine): { tag: Tag; text: string } {
  const lead = LEADS.find(([pattern]) => pattern.test(text));
  if (lead) return { tag: lead[1], text: text.replace(lead[0], lead[2] ?? "") };
  const [, name = "", type = "", reason = ""] =
    plugin === "errors" ? (OF_ERRORS.exec(text) ?? []) : [];
  if (name !== "") return { tag: FAILED, text: `${name} (${type}): ${reason}` };
  return { tag: LEVELS[level]?.tag ?? { word: "" }, text };
}

/** Whoever says something cannot begin a line that looks like one of ours. */
function onLines(text: string, indent: string): string {
  return printable(text).replaceAll("\n", `\n${indent}`);
}

/** Names that fill more than a line are cut: what they begin with is what they are known by. */
function cutWords(text: string, room: number): string {
  const words = text.split(" ");
  return words.map((word) => (word.length > room ? `${word.slice(0, room - 1)}…` : word)).join(" ");
}

function clockOf(time: Date): string {
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function painted(plain: string, clock: string, { word, colour }: Tag): string {
  const rest = plain.slice(clock.length + word.length);
  const style = (format: Colour | "dim", text: string): string =>
    text === "" ? "" : styleText(format, text, { validateStream: false });
  return `${style("dim", clock)}${colour ? style(colour, word) : word}${rest}`;
}
