import type { RE2JS } from "re2js";
import type { ReplacementPart } from "./replacement.ts";
import { fillIn, groupsOf } from "./replacement.ts";

export const matchKinds = ["exact", "prefix", "suffix", "substring", "regex"] as const;
export type MatchKind = (typeof matchKinds)[number];

/** What names are compared with; a pattern where the kind is `regex`. */
export type NameMatch =
  | { readonly kind: Exclude<MatchKind, "regex">; readonly from: string }
  | { readonly kind: "regex"; readonly from: RE2JS };

/** @param text a name in lower case, with its final dot */
export function matches(match: NameMatch, text: string): boolean {
  const { kind } = match;
  if (kind === "regex") return match.from.matcher(text).find();
  if (kind === "exact") return text === match.from;
  if (kind === "prefix") return text.startsWith(match.from);
  return kind === "suffix" ? text.endsWith(match.from) : text.includes(match.from);
}

/** What a name becomes; undefined if it does not match. */
export function replace(
  match: NameMatch,
  to: readonly ReplacementPart[],
  text: string,
): string | undefined {
  if (match.kind === "regex") {
    const groups = groupsOf(match.from, text);
    return groups && fillIn(to, groups);
  }
  if (!matches(match, text)) return undefined;
  const { kind, from } = match;
  const [plain = ""] = to as readonly string[];
  if (kind === "exact") return plain;
  if (kind === "prefix") return plain + text.slice(from.length);
  if (kind === "suffix") return text.slice(0, text.length - from.length) + plain;
  return text.replaceAll(from, () => plain);
}
