import { nearestName } from "../text/nearest-name.ts";
import type { FlagTable } from "./flag-description.ts";
import { writtenFlag } from "./flag-description.ts";

export interface Arguments {
  /** By the first name of the flag; of a flag that comes twice, the last. "" for one that does without its value. */
  readonly values: ReadonlyMap<string, string>;
  /** All values of a flag, in order. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly switches: ReadonlySet<string>;
  /** What is no flag, in order; "-" is such a word. */
  readonly words: readonly string[];
}

/**
 * Reads a command line as Go's `flag` does: one dash or two, the value behind a space or "=".
 * Flags may stand behind words. A plus makes a flag where the table has any that begin so.
 * @throws {TypeError} for a flag that does not exist, lacks its value, or has one too many.
 */
export function readArguments(args: readonly string[], table: FlagTable): Arguments {
  const lists = new Map<string, string[]>();
  const switches = new Set<string>();
  const words: string[] = [];
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const { name, inline } = split(arg, table);
    if (name === "") {
      words.push(arg);
      continue;
    }
    const flag = flagNamed(name, table);
    if (flag.takesValue) {
      const value = inline ?? (flag.isOptional ? "" : valueOf(name, left));
      lists.set(flag.name, [...(lists.get(flag.name) ?? []), value]);
    } else if (inline === undefined) switches.add(flag.name);
    else {
      throw new TypeError(
        `Cannot use flag ${writtenFlag(name)} with "${inline}": it takes no value`,
      );
    }
  }
  const values = new Map(Array.from(lists, ([name, all]) => [name, all.at(-1) ?? ""]));
  return { values, lists, switches, words };
}

/** The name is "" for a word. */
function split(arg: string, table: FlagTable): { name: string; inline?: string | undefined } {
  const hasPlus = arg.startsWith("+") && Object.keys(table).some((name) => name.startsWith("+"));
  const pattern = hasPlus ? /^(\+[^=]+)(?:=(.*))?$/s : /^--?([^-=][^=]*)(?:=(.*))?$/s;
  const [, name = "", inline] = pattern.exec(arg) ?? [];
  return { name, inline };
}

interface FoundFlag {
  readonly name: string;
  readonly takesValue: boolean;
  /** Its value then stands behind "=", or nowhere. */
  readonly isOptional: boolean;
}

/** By any of its names. */
function flagNamed(given: string, table: FlagTable): FoundFlag {
  for (const [name, { value, isOptional = false, also = [] }] of Object.entries(table)) {
    if (name !== given && !also.includes(given)) continue;
    return { name, takesValue: value !== undefined, isOptional };
  }
  const known = Object.entries(table).flatMap(([name, { also = [] }]) => [name, ...also]);
  const nearest = nearestName(given, known);
  const list = known.map(writtenFlag).join(" ");
  const hint =
    nearest === undefined ? `known are ${list}` : `did you mean ${writtenFlag(nearest)}?`;
  throw new TypeError(`Cannot use flag ${writtenFlag(given)}: there is none of that name, ${hint}`);
}

/** Another flag is none: somebody has left the value out. */
function valueOf(name: string, left: string[]): string {
  const value = left.shift();
  if (value !== undefined && !/^-./.test(value)) return value;
  throw new TypeError(`Cannot use flag ${writtenFlag(name)}: its value is missing`);
}
