import type { RE2JS } from "re2js";
import { Name } from "../../dns/name.ts";
import type { AskedQuestion, ReplyEdit } from "./asked-question.ts";
import type { NameMatch } from "./name-match.ts";
import { replace } from "./name-match.ts";
import { lowerCaseName } from "./name-text.ts";
import { renameOwners, renameValues } from "./rename-records.ts";
import { moveBelow, remap, resuffix, zoneOf } from "./renaming.ts";
import type { ReplacementPart } from "./replacement.ts";
import { fillIn, groupsOf } from "./replacement.ts";
import type { Action } from "./rule.ts";

export interface NameRule {
  readonly match: NameMatch;
  readonly to: readonly ReplacementPart[];
  /** Whether names in the reply are written back. */
  readonly isAuto: boolean;
  /** What else is done to the reply. */
  readonly answers: readonly ReplyEdit[];
}

/** `name`: asks for another name, and may write names in the reply back. */
export function renameQuestion({ match, to, isAuto, answers }: NameRule): Action {
  const [plain = ""] = to;
  // A suffix is written back wherever it is found, not only at the end of the name asked for.
  const isSuffix = match.kind === "suffix" && typeof plain === "string";
  const fixed = isSuffix && isAuto ? [...both(resuffix(plain, match.from)), ...answers] : answers;
  const newName = nameMaker(match, to);
  return (asked) => {
    const name = newName(asked);
    if (name === undefined) return false;
    const before = lowerCaseName(asked.qname);
    asked.rename(name);
    if (isAuto && !isSuffix) asked.edits.push(...both(remap(asked.qname, before)));
    asked.edits.push(...fixed);
    return true;
  };
}

type NameMaker = (asked: AskedQuestion) => Name | string | undefined;

/** Whole names and zones, which are most of all rules, are compared without a text being made of them. */
function nameMaker(match: NameMatch, to: readonly ReplacementPart[]): NameMaker {
  const [plain = ""] = to as readonly string[];
  if (match.kind === "exact") {
    const [from, target] = [Name.parse(match.from), Name.parse(plain)];
    return ({ qname }) => (qname.key === from.key ? target : undefined);
  }
  const [below, above] = match.kind === "suffix" ? [zoneOf(match.from), zoneOf(plain)] : [];
  if (below && above) {
    const move = moveBelow(below, above);
    return ({ qname }) => move(lowerCaseName(qname));
  }
  return ({ text }) => replace(match, to, text);
}

/** What of a name comes from metadata. */
export interface MetadataPart {
  readonly value: (asked: Parameters<Action>[0]["query"]) => string;
}

/** `name regex FROM TO metadata`: as above, but for what is known of the query. */
export function renameByMetadata(
  pattern: RE2JS,
  to: readonly (ReplacementPart | MetadataPart)[],
  isAuto: boolean,
  answers: readonly ReplyEdit[],
): Action {
  return (asked) => {
    const groups = groupsOf(pattern, asked.text);
    if (!groups) return false;
    const parts = to.map((part) => {
      return typeof part === "object" ? part.value(asked.query).toLowerCase() : part;
    });
    // Whoever else asks for the name may be told something else.
    asked.dependsOnClient = true;
    if (parts.some((part, i) => part === "" && typeof to[i] === "object")) return false;
    const before = lowerCaseName(asked.qname);
    asked.rename(fillIn(parts, groups));
    if (isAuto) asked.edits.push(...both(remap(asked.qname, before)));
    asked.edits.push(...answers);
    return true;
  };
}

function both(renaming: Parameters<typeof renameOwners>[0]): ReplyEdit[] {
  return [renameOwners(renaming), renameValues(renaming)];
}
