/**
 * Splits a command into words as CoreDNS does: blanks part them, but for those in quotes or behind a
 * backslash, and `#` at the beginning of a word makes the rest a comment. Nothing else of a shell is
 * known.
 * @throws {SyntaxError} for a quote that is not closed, or a backslash with nothing behind it
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === "\\" && quote !== "'") {
      if (i + 1 === text.length) throw new SyntaxError("it ends in a backslash");
      word = (word ?? "") + text.charAt(++i);
    } else if (quote !== "") {
      if (char === quote) quote = "";
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "#" && word === undefined) {
      const end = text.indexOf("\n", i);
      if (end < 0) break;
      i = end;
    } else word = (word ?? "") + char;
  }
  if (quote !== "") throw new SyntaxError(`a quote is not closed: ${quote}`);
  if (word !== undefined) words.push(word);
  return words;
}
