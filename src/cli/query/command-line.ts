import { RrClass, parseRrClass } from "../../dns/iana/rr-class.ts";
import { RrType, parseRrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { nearestName } from "../../text/nearest-name.ts";
import { parsePort } from "../flags.ts";
import { applyPlusOption } from "./plus-options.ts";
import { ExitCode, CommandLineError } from "./command-line-error.ts";
import { reverseNameOf } from "./reverse-question.ts";
import type { ServerWord } from "./server-word.ts";
import { parseServer } from "./server-word.ts";
import type { Settings } from "./settings.ts";
import { defaultSettings } from "./settings.ts";

/** What a command line asks for. */
export interface Lookup {
  readonly name: Name;
  /** Whether it ended in a dot, or is a reverse name: never completed. */
  readonly isAbsolute: boolean;
  readonly type: number;
  readonly class: number;
  /** Undefined: those of resolv.conf. */
  readonly server: ServerWord | undefined;
  readonly port: number | undefined;
  readonly family: 4 | 6 | undefined;
  readonly settings: Settings;
  readonly format: "text" | "json";
}

interface Draft {
  typed?: string;
  reverse?: Name;
  type?: number;
  class?: number;
  server?: ServerWord;
  port?: number;
  family?: 4 | 6;
  format: "text" | "json";
}

/** Flags with a value, which may stand right behind: `-p53`. */
const FLAGS: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  p: (draft, value) => (draft.port = parsePort("-p", value)),
  t: (draft, value) => (draft.type = typeOf(value)),
  c: (draft, value) => (draft.class = classOf(value)),
  q: (draft, value) => setName(draft, value),
  x(draft, value) {
    draft.reverse = reverseNameOf(value);
    draft.type ??= RrType.PTR;
  },
  o(draft, value) {
    if (value !== "text" && value !== "json") {
      throw new CommandLineError(`Cannot print as "${value}": expected text or json`);
    }
    draft.format = value;
  },
};

/**
 * Reads a command line as dig does: words in any order, `+option` words, and a word that is a type or a class
 * is one, wherever it stands.
 * @throws {CommandLineError}
 */
export function parseCommandLine(args: readonly string[]): Lookup {
  const settings = defaultSettings();
  const draft: Draft = { format: "text" };
  const left = [...args];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word.startsWith("@")) draft.server = parseServer(word.slice(1));
    else if (word.startsWith("+")) applyPlusOption(word, settings);
    else if (/^-./.test(word)) applyFlag(word, left, draft);
    else applyWord(word, draft);
  }
  return lookupOf(draft, settings);
}

function applyFlag(word: string, left: string[], draft: Draft): void {
  const family = /^--?([46])$/.exec(word)?.[1];
  if (family !== undefined) {
    draft.family = family === "4" ? 4 : 6;
    return;
  }
  const [, letter = "", inline = ""] = /^--?([^-])(.*)$/s.exec(word) ?? [];
  const flag = Object.hasOwn(FLAGS, letter) ? FLAGS[letter] : undefined;
  if (!flag) {
    const known = [...Object.keys(FLAGS), "4", "6", "help"].map((one) => `-${one}`).join(" ");
    throw new CommandLineError(
      `Cannot use flag ${word}: there is none of that name, known are ${known}`,
    );
  }
  const value = inline === "" ? left.shift() : inline.replace(/^=/, "");
  if (value === undefined)
    throw new CommandLineError(`Cannot use flag ${word}: its value is missing`);
  flag(draft, value);
}

function applyWord(word: string, draft: Draft): void {
  const type = parseRrType(word);
  const rrClass = parseRrClass(word);
  if (type !== undefined && draft.type === undefined) draft.type = type;
  else if (rrClass !== undefined && draft.class === undefined) draft.class = rrClass;
  else setName(draft, word);
}

function setName(draft: Draft, word: string): void {
  if (draft.typed === undefined && draft.reverse === undefined) {
    draft.typed = word;
    return;
  }
  const nearest = nearestName(word, Object.keys(RrType));
  const hint = nearest === undefined ? "" : `, did you mean type ${nearest}?`;
  throw new CommandLineError(`Cannot query: unexpected "${word}", one name at a time${hint}`);
}

function lookupOf(draft: Draft, settings: Settings): Lookup {
  const { typed, reverse, port, family, server, format } = draft;
  const hasName = typed !== undefined || reverse !== undefined;
  const name = reverse ?? (typed === undefined ? Name.root : nameOf(typed));
  // The root's name servers, as dig without a name.
  const type = draft.type ?? (hasName ? RrType.A : RrType.NS);
  return {
    name,
    isAbsolute: typed === undefined || /(?:^|[^\\])(?:\\\\)*\.$/.test(typed),
    type,
    class: draft.class ?? RrClass.IN,
    server,
    port,
    family,
    settings,
    format,
  };
}

/** @throws {CommandLineError} with dig's exit code for a name that is none */
function nameOf(typed: string): Name {
  try {
    return Name.parse(typed);
  } catch (error) {
    const reason = (error as Error).message.replace(/^.*: /s, "");
    throw new CommandLineError(`Cannot query "${typed}": ${reason}`, ExitCode.INTERNAL);
  }
}

function typeOf(text: string): number {
  const type = parseRrType(text);
  if (type !== undefined) return type;
  const nearest = nearestName(text, Object.keys(RrType));
  const hint =
    nearest === undefined ? "TYPE and a number stand for any" : `did you mean ${nearest}?`;
  throw new CommandLineError(`Cannot query type "${text}": there is none of that name, ${hint}`);
}

function classOf(text: string): number {
  const rrClass = parseRrClass(text);
  if (rrClass !== undefined) return rrClass;
  throw new CommandLineError(
    `Cannot query class "${text}": known are ${Object.keys(RrClass).join(" ")} CLASSnnn`,
  );
}
