const MAX_CHARACTERS = 200;

/** Text of others, fit to be quoted in a line of the log: one line, printable, not too long. */
export function shortText(text: string, maxCharacters: number = MAX_CHARACTERS): string {
  // A little more than is wanted, so that megabytes are not gone through.
  const start = text.slice(0, maxCharacters * 4);
  const line = start.replace(/[\p{C}\p{Z}\uFFFD]+/gu, " ").trim();
  const isCut = line.length > maxCharacters || start.length < text.length;
  return isCut ? `${line.slice(0, maxCharacters).trimEnd()}...` : line;
}
