import { nearestName } from "../text/nearest-name.ts";

/** Names of flags, and whether a value follows. */
export type FlagTable = Readonly<Record<string, "value" | "switch">>;

export interface Arguments {
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
  /** What is no flag, in order; "-" is such a word. */
  readonly words: readonly string[];
}

/**
 * Reads a command line as Go's `flag` does: one dash or two, the value behind a space or "=".
 * Flags may stand behind words.
 * @throws {TypeError} for a flag that does not exist, lacks its value, or has one too many.
 */
export function readArguments(args: readonly string[], table: FlagTable): Arguments {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  const words: string[] = [];
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const [, name = "", inline] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === "") words.push(arg);
    else if (kindOf(name, table) === "value") values.set(name, inline ?? valueOf(name, left));
    else if (inline === undefined) switches.add(name);
    else throw new TypeError(`Cannot use flag -${name} with "${inline}": it takes no value`);
  }
  return { values, switches, words };
}

function kindOf(name: string, table: FlagTable): "value" | "switch" {
  const kind = Object.hasOwn(table, name) ? table[name] : undefined;
  if (kind) return kind;
  const known = Object.keys(table);
  const nearest = nearestName(name, known);
  const list = known.map((one) => `-${one}`).join(" ");
  const hint = nearest === undefined ? `known are ${list}` : `did you mean -${nearest}?`;
  throw new TypeError(`Cannot use flag -${name}: there is none of that name, ${hint}`);
}

/** Another flag is none: somebody has left the value out. */
function valueOf(name: string, left: string[]): string {
  const value = left.shift();
  if (value !== undefined && !/^-./.test(value)) return value;
  throw new TypeError(`Cannot use flag -${name}: its value is missing`);
}
