import { RE2JS } from "re2js";
import { reasonOf } from "./corefile-error.ts";
import type { Token } from "./directive.ts";
import { tokenError } from "./directive.ts";

/** Compiling takes memory in proportion; nobody writes longer ones by hand. */
export const MAX_PATTERN_LENGTH = 10_000;

/**
 * A regular expression in RE2's syntax, which takes linear time whatever it is matched with.
 * @throws {CorefileError} if it is none, or too long
 */
export function parsePattern(token: Token, text: string = token.text): RE2JS {
  const { length } = text;
  if (length > MAX_PATTERN_LENGTH) {
    const limit = `at most ${MAX_PATTERN_LENGTH}`;
    throw tokenError(token, `regular expression too long: ${length} characters, ${limit}`);
  }
  try {
    return RE2JS.compile(text);
  } catch (error) {
    const reason = reasonOf(error);
    throw tokenError(token, `cannot parse regular expression "${text}": ${reason}`);
  }
}
