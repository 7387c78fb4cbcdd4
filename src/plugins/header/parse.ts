import {
  argumentRange,
  inLowerCase,
  noArguments,
  noBody,
  parseChoiceInAnyCase,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { Flag } from "../../dns/header.ts";

/** Sets or clears one flag. */
export interface FlagRule {
  /** Of `Flag`: AA, RA or RD. */
  readonly flag: number;
  readonly isSet: boolean;
}

/** Rules in their order: of several for a flag the last one counts. */
export interface HeaderOptions {
  readonly query: readonly FlagRule[];
  readonly response: readonly FlagRule[];
}

interface Draft {
  readonly query: FlagRule[];
  readonly response: FlagRule[];
}

const FLAGS = { aa: Flag.AA, ra: Flag.RA, rd: Flag.RD } as const;

const PROPERTIES: Record<string, (sub: Directive, draft: Draft) => void> = {
  query: (sub, draft) => void draft.query.push(...readRules(sub)),
  response: (sub, draft) => void draft.response.push(...readRules(sub)),
};

/** Reads `header { query|response set|clear aa|ra|rd... }`. */
export function parseHeader(directive: Directive): HeaderOptions {
  noArguments(directive);
  if (directive.body.length === 0) {
    throw directive.error('no rule, expected one such as "response set ra"');
  }
  return subDirectives(inLowerCase(directive), PROPERTIES, { query: [], response: [] });
}

function readRules(sub: Directive): FlagRule[] {
  noBody(sub);
  const [action, ...flags] = argumentRange(sub, 2, Infinity);
  if (!action) return [];
  const isSet = parseChoiceInAnyCase(action, ["set", "clear"]) === "set";
  return flags.map((token) => {
    return { flag: FLAGS[parseChoiceInAnyCase(token, ["aa", "ra", "rd"])], isSet };
  });
}
