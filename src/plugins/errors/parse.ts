import { parsePattern } from "../../corefile/pattern.ts";
import type { RE2JS } from "re2js";
import {
  argumentRange,
  noArguments,
  noBody,
  parseDurationMs,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { didYouMean } from "../../text/nearest-name.ts";

/** A timer of Node's that is set to more fires at once. */
const MAX_PERIOD_MS = 2 ** 31 - 1;

/** CoreDNS's names of levels, and the logger's. */
const LEVELS = { warning: "warn", error: "error", info: "info", debug: "debug" } as const;

export type Level = (typeof LEVELS)[keyof typeof LEVELS];

/** Failures to be counted together. */
export interface Consolidation {
  readonly periodMs: number;
  readonly pattern: RE2JS;
  readonly level: Level;
  /** Whether the first of each period is logged at once. */
  readonly showsFirst: boolean;
}

export interface ErrorsOptions {
  /** Whether faults of the program are logged with their stack. */
  stacktrace: boolean;
  /** In order; the first that matches counts. */
  readonly consolidations: Consolidation[];
}

const PROPERTIES: Record<string, (sub: Directive, options: ErrorsOptions) => void> = {
  stacktrace(sub, options) {
    noArguments(sub);
    options.stacktrace = true;
  },
  consolidate(sub, options) {
    options.consolidations.push(parseConsolidation(sub));
  },
};

/** Reads `errors [stdout] { ... }`. */
export function parseErrors(directive: Directive): ErrorsOptions {
  const [file] = argumentRange(directive, 0, 1);
  if (file && file.text !== "stdout") {
    throw tokenError(file, `cannot log to "${file.text}": only "stdout" is possible`);
  }
  for (const sub of directive.body) noBody(sub);
  return subDirectives(directive, PROPERTIES, { stacktrace: false, consolidations: [] });
}

/** Reads `consolidate DURATION REGEXP [LEVEL] [show_first]`. */
function parseConsolidation(sub: Directive): Consolidation {
  const [period = sub.name, pattern = sub.name, ...flags] = argumentRange(sub, 2, 4);
  return {
    periodMs: parseDurationMs(period, { max: MAX_PERIOD_MS }),
    pattern: parsePattern(pattern),
    ...parseFlags(flags),
  };
}

function parseFlags(flags: readonly Token[]): Pick<Consolidation, "level" | "showsFirst"> {
  let level: Level | undefined;
  let showsFirst = false;
  for (const token of flags) {
    if (token.text === "show_first") {
      showsFirst = true;
      continue;
    }
    const found = parseLevel(token);
    if (level) throw tokenError(token, `unexpected level "${token.text}": there is one already`);
    if (showsFirst) {
      throw tokenError(token, `unexpected level "${token.text}": it stands before "show_first"`);
    }
    level = found;
  }
  return { level: level ?? "error", showsFirst };
}

function parseLevel(token: Token): Level {
  const { text } = token;
  if (Object.hasOwn(LEVELS, text)) return LEVELS[text as keyof typeof LEVELS];
  const known = [...Object.keys(LEVELS), "show_first"];
  const expected = known.map((one) => `"${one}"`).join(", ");
  throw tokenError(
    token,
    `unknown option "${text}", expected ${expected}${didYouMean(text, known)}`,
  );
}
