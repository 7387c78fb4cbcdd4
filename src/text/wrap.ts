/**
 * Lines of at most `width` columns, each with its newline; what has no blanks is broken where it must be.
 * @param indent what the first line begins with; those behind it have as many blanks
 */
export function wrap(text: string, indent: string, width = 80): string {
  const room = width - indent.length;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((one) => pieces(one, room))) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  const behind = " ".repeat(indent.length);
  return lines.map((one, i) => `${i === 0 ? indent : behind}${one}\n`).join("");
}

function pieces(word: string, room: number): string[] {
  const count = Math.max(1, Math.ceil(word.length / room));
  return Array.from({ length: count }, (_none, i) => word.slice(i * room, (i + 1) * room));
}
