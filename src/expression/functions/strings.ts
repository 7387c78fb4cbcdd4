import { EvaluationError } from "../expression-error.ts";
import type { Machine } from "../machine.ts";
import { toIndex } from "../operations.ts";
import { ARRAY, BOOL, INT, STRING, arrayOf } from "../types.ts";
import type { List } from "../value.ts";
import { fromText, toText } from "../value.ts";
import { listAt, stringAt, unfit } from "./arguments.ts";
import type { BuiltinTable } from "./builtin.ts";
import { takes } from "./builtin.ts";

const STRINGS = arrayOf(STRING);

export const STRING_FUNCTIONS: BuiltinTable = {
  trim: {
    check: takes([STRING, STRING], STRING, 1),
    call: (args, machine) => trim(stringAt(args, 0), args, machine),
  },
  trimPrefix: {
    check: takes([STRING, STRING], STRING, 1),
    call(args) {
      const [text, prefix] = [stringAt(args, 0), args.length > 1 ? stringAt(args, 1) : " "];
      return text.startsWith(prefix) ? text.slice(prefix.length) : text;
    },
  },
  trimSuffix: {
    check: takes([STRING, STRING], STRING, 1),
    call(args) {
      const [text, suffix] = [stringAt(args, 0), args.length > 1 ? stringAt(args, 1) : " "];
      return text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text;
    },
  },
  upper: {
    check: takes([STRING], STRING),
    call: (args, machine) => mapCharacters(args, machine, toUpper),
  },
  lower: {
    check: takes([STRING], STRING),
    call: (args, machine) => mapCharacters(args, machine, toLower),
  },
  split: {
    check: takes([STRING, STRING, INT], STRINGS, 1),
    call: (args, machine) => split(args, machine, 0),
  },
  splitAfter: {
    check: takes([STRING, STRING, INT], STRINGS, 1),
    call: (args, machine) => split(args, machine, stringAt(args, 1).length),
  },
  replace: {
    check: takes([STRING, STRING, STRING, INT], STRING, 1),
    call: replace,
  },
  repeat: {
    check: takes([STRING, INT], STRING),
    call(args, machine) {
      const [text, count] = [stringAt(args, 0), toIndex(args[1] ?? null)];
      if (count < 0) throw new EvaluationError(`cannot repeat ${count} times`);
      machine.spend(text.length * count + 1);
      return text.repeat(count);
    },
  },
  join: {
    check: takes([ARRAY, STRING], STRING, 1),
    call(args, machine) {
      const glue = args.length > 1 ? stringAt(args, 1) : "";
      const parts = listAt(args, 0).map((one) => {
        if (typeof one !== "string") throw unfit(one, "string");
        machine.spend(one.length + glue.length + 1);
        return one;
      });
      return parts.join(glue);
    },
  },
  indexOf: {
    check: takes([STRING, STRING], INT),
    call: (args, machine) => BigInt(searchable(args, machine).indexOf(stringAt(args, 1))),
  },
  lastIndexOf: {
    check: takes([STRING, STRING], INT),
    call: (args, machine) => BigInt(searchable(args, machine).lastIndexOf(stringAt(args, 1))),
  },
  hasPrefix: {
    check: takes([STRING, STRING], BOOL),
    call(args, machine) {
      machine.spend(stringAt(args, 1).length >> 4);
      return stringAt(args, 0).startsWith(stringAt(args, 1));
    },
  },
  hasSuffix: {
    check: takes([STRING, STRING], BOOL),
    call(args, machine) {
      machine.spend(stringAt(args, 1).length >> 4);
      return stringAt(args, 0).endsWith(stringAt(args, 1));
    },
  },
};

/** What a search may cost: at worst each octet of the one is held against each of the other. */
export function spendOnSearch(machine: Machine, text: string, part: string): void {
  machine.spend(1 + text.length + ((text.length * part.length) >> 10));
}

function searchable(args: List, machine: Machine): string {
  const text = stringAt(args, 0);
  spendOnSearch(machine, text, stringAt(args, 1));
  return text;
}

function trim(octets: string, args: List, machine: Machine): string {
  machine.spend(octets.length);
  const characters = Array.from(toText(octets));
  const set = args.length > 1 ? new Set(toText(stringAt(args, 1))) : undefined;
  const isTrimmed = (one: string): boolean => set?.has(one) ?? /^[\s\u0085]$/.test(one);
  const start = characters.findIndex((one) => !isTrimmed(one));
  const end = characters.findLastIndex((one) => !isTrimmed(one));
  return start < 0 ? "" : fromText(characters.slice(start, end + 1).join(""));
}

/** One by one, as Go does. Of a character in lower case that would be two (U+0130) it has the first. */
function toLower(one: string): string {
  return Array.from(one.toLowerCase())[0] ?? "";
}

/** One that would be two in upper case stays. */
function toUpper(one: string): string {
  const upper = one.toUpperCase();
  return Array.from(upper).length === 1 ? upper : one;
}

function mapCharacters(args: List, machine: Machine, change: (one: string) => string): string {
  const octets = stringAt(args, 0);
  machine.spend(octets.length);
  return fromText(Array.from(toText(octets), change).join(""));
}

/** @param kept octets of the separator that stay with what is before it */
function split(args: List, machine: Machine, kept: number): List {
  const [text, separator] = [stringAt(args, 0), stringAt(args, 1)];
  const count = args.length > 2 ? toIndex(args[2] ?? null) : -1;
  spendOnSearch(machine, text, separator);
  if (count === 0) return [];
  const cuts = separator === "" ? characterStarts(text).slice(1) : undefined;
  const parts: string[] = [];
  let at = 0;
  const most = count < 0 ? Infinity : count - 1;
  while (parts.length < most) {
    const cut = cuts ? (cuts[parts.length] ?? -1) : text.indexOf(separator, at);
    if (cut < 0) break;
    parts.push(text.slice(at, cut + kept));
    at = cut + separator.length;
  }
  if (cuts && text === "") return [];
  return [...parts, text.slice(at)];
}

/** Where the characters of UTF-8 begin. */
function characterStarts(octets: string): number[] {
  const starts: number[] = [];
  for (let i = 0; i < octets.length; i++)
    if ((octets.charCodeAt(i) & 0xc0) !== 0x80) starts.push(i);
  return starts;
}

function replace(args: List, machine: Machine): string {
  const [text, old, other] = [stringAt(args, 0), stringAt(args, 1), stringAt(args, 2)];
  const limit = args.length > 3 ? toIndex(args[3] ?? null) : -1;
  spendOnSearch(machine, text, old);
  const places = old === "" ? [...characterStarts(text), text.length] : placesOf(old, text);
  const chosen = limit < 0 ? places : places.slice(0, limit);
  machine.spend(chosen.length * (other.length + 1));
  let result = "";
  let at = 0;
  for (const place of chosen) {
    result += text.slice(at, place) + other;
    at = place + old.length;
  }
  return result + text.slice(at);
}

function placesOf(part: string, text: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length))
    places.push(at);
  return places;
}
