/**
 * Text of others as dig prints it: what moves a terminal's cursor, changes its colours or turns the direction of
 * writing is a dot.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\u2028\u2029\uFFFD]/gu, ".");
}
