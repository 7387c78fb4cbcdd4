import { nearestName } from "../text/nearest-name.ts";
import type { Command } from "./command-description.ts";

interface Found {
  readonly command: Command;
  /** What stands behind its name. */
  readonly rest: readonly string[];
}

/** The command that a command line begins with, the longest name first; else that without a name. */
export function findCommand(args: readonly string[], commands: readonly Command[]): Found {
  let found: Found | undefined;
  for (const command of commands) {
    const words = wordsOf(command);
    const isIt = words.every((word, i) => args[i] === word);
    const isLonger = !found || words.length > wordsOf(found.command).length;
    if (isIt && isLonger) found = { command, rest: args.slice(words.length) };
  }
  if (!found) throw new TypeError("there is no command without a name");
  return found;
}

/** What to say of words that no command is called by. */
export function noSuchCommand(words: readonly string[], commands: readonly Command[]): TypeError {
  const names = commands.map(({ name }) => name).filter((name) => name !== "");
  const [first = ""] = words;
  const beginning = names.filter((name) => name.startsWith(`${first} `));
  const nearest = nearestName(words.slice(0, 2).join(" "), names) ?? nearestName(first, names);
  let hint = `known are ${names.join(", ")}; -conf names a Corefile`;
  if (nearest !== undefined) hint = `did you mean "${nearest}"?`;
  if (beginning.length > 0) hint = `did you mean "${beginning.join('" or "')}"?`;
  return new TypeError(`Cannot run "${first}": not a command, ${hint}`);
}

function wordsOf({ name }: Command): string[] {
  return name === "" ? [] : name.split(" ");
}
