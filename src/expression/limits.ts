/** Of an expression, in characters. */
export const MAX_LENGTH = 10_000;

/** Nodes on the way from an expression to its innermost part: what is deeper may fill the stack. */
export const MAX_DEPTH = 400;

/** Of a regular expression, in characters, as in *template*. */
export const MAX_PATTERN_LENGTH = 10_000;

/**
 * What one evaluation may do, so that no query can be made to wait for it: elements looked at or
 * made, octets of strings made, octets that a regular expression looks at by the length of that.
 */
export const MAX_WORK = 100_000;
