import type { RE2JS } from "re2js";

/** What a placeholder stands for: a group of the expression, or text as it is. */
export type ReplacementPart = string | number;

/** `{0}`, `{1}`: groups. What else stands in braces is text. */
const PLACEHOLDER = /\{(0|[1-9]\d{0,3})\}/;

export function readReplacement(text: string): ReplacementPart[] {
  return text
    .split(PLACEHOLDER)
    .map((part, i) => (i % 2 === 1 ? Number(part) : part))
    .filter((part) => part !== "");
}

/** Groups of the first match in the text, the whole match first; undefined if there is none. */
export function groupsOf(pattern: RE2JS, text: string): string[] | undefined {
  const matcher = pattern.matcher(text);
  if (!matcher.find()) return undefined;
  const count = matcher.groupCount() + 1;
  return Array.from({ length: count }, (_none, i) => matcher.group(i) ?? "");
}

/** What a client has put into a name is put in as it is: braces in it are no placeholders. */
export function fillIn(parts: readonly ReplacementPart[], groups: readonly string[]): string {
  return parts.map((part) => (typeof part === "number" ? (groups[part] ?? "") : part)).join("");
}
