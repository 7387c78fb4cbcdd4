import { parseChoiceInAnyCase } from "../../corefile/arguments.ts";
import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { parsePattern } from "../../corefile/pattern.ts";
import type { MatchKind, NameMatch } from "./name-match.ts";
import { matchKinds } from "./name-match.ts";
import type { ReplacementPart } from "./replacement.ts";
import { readReplacement } from "./replacement.ts";
import type { Words } from "./words.ts";

/** The longest name in text: each of its octets may be an escape. */
const MAX_NAME_CHARACTERS = 1_020;

/** `[exact|prefix|suffix|substring|regex] FROM`; without a kind there are `others` words with FROM. */
export function parseMatch(words: Words, others: number): NameMatch {
  const kind = parseKind(words, others);
  return matchOf(kind, words.next("name to match"));
}

export function parseKind(words: Words, others: number): MatchKind {
  if (words.left <= others) return "exact";
  return parseChoiceInAnyCase(words.next("kind of match"), matchKinds);
}

export function matchOf(kind: MatchKind, token: Token): NameMatch {
  if (kind === "regex") return { kind, from: parsePattern(token) };
  return { kind, from: absolute(token.text) };
}

/** In lower case, with a final dot: what is compared with the end of a name has to have one. */
export function absolute(text: string): string {
  const lower = text.toLowerCase();
  return lower.endsWith(".") ? lower : `${lower}.`;
}

/** What a name that matches becomes. */
export function parseReplacement(
  match: NameMatch,
  token: Token,
  text: string = absolute(token.text),
): ReplacementPart[] {
  if (text.length > MAX_NAME_CHARACTERS) {
    throw tokenError(
      token,
      `name too long: ${text.length} characters, at most ${MAX_NAME_CHARACTERS}`,
    );
  }
  if (match.kind !== "regex") return [text];
  const parts = readReplacement(text);
  for (const part of parts) {
    if (typeof part === "number") requireGroup(match, part, token);
  }
  return parts;
}

export function requireGroup(match: NameMatch, group: number, at: Token): void {
  if (match.kind !== "regex") return;
  const count = match.from.groupCount();
  if (group <= count) return;
  throw tokenError(
    at,
    `"{${group}}" in "${at.text}" stands for no group: the expression has ${count}`,
  );
}
