import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import type { ReplyEdit } from "./asked-question.ts";
import type { NameMatch } from "./name-match.ts";
import { renameByMetadata, renameQuestion } from "./name-rule.ts";
import { absolute, matchOf, parseKind, parseReplacement, requireGroup } from "./parse-match.ts";
import { renameOwners, renameValues } from "./rename-records.ts";
import { rematch } from "./renaming.ts";
import type { ReplacementPart } from "./replacement.ts";
import { readReplacement } from "./replacement.ts";
import type { Rule } from "./rule.ts";
import type { Words } from "./words.ts";

/** `[exact|prefix|suffix|substring|regex] FROM TO [metadata] [answer ...]`. */
export function parseNameRule(words: Words): Rule["make"] {
  const match = matchOf(parseKind(words, 2), words.next("name to match"));
  const target = words.next("name to ask for");
  if (words.takes("metadata")) return parseMetadataRule(words, match, target);
  const to = parseReplacement(match, target);
  if (match.kind === "exact") requireNames(match.from, target);
  const { isAuto, answers } = parseAnswers(words);
  const action = renameQuestion({ match, to, isAuto: isAuto || match.kind === "exact", answers });
  return () => action;
}

function requireNames(from: string, to: Token): void {
  for (const text of [from, absolute(to.text)]) {
    if (!Name.tryParse(text))
      throw tokenError(
        to,
        `cannot rewrite "${from}" to "${to.text}": "${text}" is not a domain name`,
      );
  }
}

interface Answers {
  readonly isAuto: boolean;
  readonly answers: readonly ReplyEdit[];
}

/** `answer (auto | (name|value) FROM TO) { [answer] ... }`. */
function parseAnswers(words: Words): Answers {
  const answers: ReplyEdit[] = [];
  let isAuto = false;
  let named: Token | undefined;
  for (let isFirst = true; words.left > 0; isFirst = false) {
    const answer = words.peek();
    if (!words.takes("answer") && isFirst) {
      const surplus = words.next("answer");
      throw tokenError(surplus, `unexpected "${answer}", expected "answer"`);
    }
    const what = words.next('"auto", "name" or "value"');
    if (what.text === "auto" || (what.text === "name" && takesAuto(words))) isAuto = true;
    else if (what.text === "name") {
      named = what;
      answers.push(renameOwners(parseRematch(words)));
    } else if (what.text === "value") answers.push(renameValues(parseRematch(words)));
    else
      throw tokenError(
        what,
        `unknown answer rule "${what.text}", expected "auto", "name" or "value"`,
      );
  }
  if (isAuto && named) {
    throw tokenError(named, '"answer auto" and "answer name" cannot go together');
  }
  return { isAuto, answers };
}

/** `answer name auto`, as CoreDNS's documentation has it in two places. */
function takesAuto(words: Words): boolean {
  const next = words.peek(1);
  return (next === undefined || next === "answer") && words.takes("auto");
}

function parseRematch(words: Words): ReturnType<typeof rematch> {
  const from = matchOf("regex", words.next("expression to match"));
  const to = parseReplacement(from, words.next("name to write"));
  if (from.kind !== "regex") throw new TypeError("Cannot be: not an expression");
  return rematch(from.from, to);
}

const LABEL = /\{([^{}]*)\}/;

/** `{kubernetes/client-namespace}` in the name to ask for stands for metadata of the query. */
function parseMetadataRule(words: Words, match: NameMatch, target: Token): Rule["make"] {
  if (match.kind !== "regex") {
    throw tokenError(target, '"metadata" goes with "name regex" only');
  }
  const { isAuto, answers } = parseAnswers(words);
  const text = target.text.endsWith(".") ? target.text : `${target.text}.`;
  const parts = text
    .split(LABEL)
    .map((part, i) => (i % 2 === 1 ? placeholder(match, part, target) : part));
  const stray = parts.find((part) => typeof part === "string" && /[{}]/.test(part));
  if (stray !== undefined) throw tokenError(target, `unmatched brace in "${target.text}"`);
  return (context) => {
    const to = parts.map((part) => {
      if (typeof part === "string") return part.toLowerCase();
      return typeof part === "number" ? part : { value: context.metadata(part.label, target) };
    });
    return renameByMetadata(match.from, to, isAuto, answers);
  };
}

/** A group, or a label of metadata, which has a slash in it. */
function placeholder(
  match: NameMatch,
  text: string,
  at: Token,
): ReplacementPart | { label: string } {
  const [group] = readReplacement(`{${text}}`);
  if (typeof group === "number") {
    requireGroup(match, group, at);
    return group;
  }
  if (/^[^/\s]+\/\S+$/.test(text)) return { label: text };
  throw tokenError(
    at,
    `"{${text}}" in "${at.text}" is neither a group nor a label such as "kubernetes/client-namespace"`,
  );
}
