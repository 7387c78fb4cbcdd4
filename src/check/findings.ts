import type { CorefileError } from "../corefile/corefile-error.ts";
import { readIgnored } from "./ignored.ts";
import { ruleOfMessage } from "./message-rules.ts";
import type { Finding, Level, Seen } from "./rule.ts";
import { LINTS, RULES } from "./table.ts";

const MAX_CHARACTERS = 2_000;

/** What a start with the Corefile would say. */
export interface Said {
  readonly errors: readonly CorefileError[];
  readonly warnings: readonly CorefileError[];
}

/**
 * All that is wrong with a Corefile, or could be better, but for what its comments ignore: in the order of files,
 * lines and columns. As long as there are errors there are no notes.
 * @param seen undefined if it could not be read: nothing is looked for then
 */
export function findAll({ errors, warnings }: Said, seen: Seen | undefined): Finding[] {
  const said = [...errors.map(finding("error")), ...warnings.map(finding("warning"))];
  if (!seen) return inOrder(said);
  const ignored = readIgnored(seen, new Set(RULES.map(({ id }) => id)));
  const linted = LINTS.flatMap((rule) => [...rule.find(seen)].map((spot) => ({ ...spot, rule })));
  const all = [...said, ...linted, ...ignored.mistakes].filter((one) => !ignored.has(one));
  return inOrder(all.filter(({ rule }) => errors.length === 0 || rule.level !== "note"));
}

function finding(level: Level): (error: CorefileError) => Finding {
  return ({ at, message }) => {
    const place = `${at.file}:${at.line}: `;
    const text = message.startsWith(place) ? message.slice(place.length) : message;
    return { rule: ruleOfMessage(level, text), at, message: text };
  };
}

/** By file and line; what is imported more than once is told of once. */
export function inOrder(all: readonly Finding[]): Finding[] {
  const files = [...new Set(all.map(({ at }) => at.file))];
  const key = ({ rule, at, message }: Finding): string =>
    JSON.stringify([rule.id, at.file, at.line, at.column, message]);
  const short = all.map((one) => ({ ...one, message: shortened(one.message) }));
  return [...new Map(short.map((one) => [key(one), one])).values()].toSorted(
    ({ at: a }, { at: b }) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      a.line - b.line ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

/** A word of the Corefile in it may be as long as the file. */
function shortened(message: string): string {
  if (message.length <= MAX_CHARACTERS) return message;
  const half = MAX_CHARACTERS / 2;
  return `${message.slice(0, half)} ... ${message.slice(-half)}`;
}
