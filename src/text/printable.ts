/**
 * A text for a terminal, in whatever script: what would move its cursor, change its colours or turn the direction of a
 * line is escaped, but for line ends and tabs.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === "\n" || character === "\t") return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
