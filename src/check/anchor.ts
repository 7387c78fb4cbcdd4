import type { Rule } from "./rule.ts";

/** Where the rule is written down, from the top of the repository. */
export function anchorOf({ id }: Rule): string {
  return `docs/check.md#${id}`;
}
