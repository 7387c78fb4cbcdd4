import type { Block, ListItem } from "./markdown.ts";

/** Blocks of markdown in the macros of man(7), a line each. */
export function roffOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap(blockLines);
}

export function sectionLine(title: string): string {
  return `.SH ${quoted(title.toUpperCase())}`;
}

/** A tag in bold, and what is said of it. */
export function taggedLines(tag: string, text: string): string[] {
  return [".TP", ...textLines(tag), ...textLines(text)];
}

/** An argument of a macro. */
export function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', String.raw`\(dq`)}"`;
}

export function codeLines(lines: readonly string[]): string[] {
  return [".PP", ".RS 4", ".nf", ...lines.map((line) => guarded(literal(line))), ".fi", ".RE"];
}

/** Text with marks for code, strong words, emphasis and links; each line stays one. */
export function textLines(text: string): string[] {
  return inline(text).split("\n").map(guarded);
}

function blockLines(block: Block): string[] {
  if (block.kind === "paragraph") return [".PP", ...textLines(block.text)];
  if (block.kind === "code") return codeLines(block.lines);
  if (block.kind === "list") return block.items.flatMap(itemLines);
  if (block.kind === "table") return block.rows.flatMap((row) => rowLines(row, block.head));
  const title = plain(block.text);
  return [block.level <= 2 ? sectionLine(title) : `.SS ${quoted(title)}`];
}

/** What follows its first paragraph is indented as much. */
function itemLines({ mark, blocks }: ListItem): string[] {
  const [first, ...rest] = blocks;
  const tag = mark === "-" ? String.raw`.IP \(bu 2` : `.IP ${mark} 4`;
  const text = first?.kind === "paragraph" ? textLines(first.text) : roffOf(first ? [first] : []);
  if (rest.length === 0) return [tag, ...text];
  return [tag, ...text, `.RS ${mark === "-" ? 2 : 4}`, ...roffOf(rest), ".RE"];
}

/** Tables are wider than terminals: a row is its first cell, and below it the others with their titles. */
function rowLines(row: readonly string[], head: readonly string[]): string[] {
  const [tag = "", ...cells] = row;
  const isPair = cells.length === 1;
  const texts = cells.flatMap((cell, i) => {
    if (cell === "") return [];
    return [isPair || head[i + 1] === "" ? cell : `${head[i + 1]}: ${cell}`];
  });
  return taggedLines(tag === "" ? "-" : tag, texts.join("; "));
}

/** Code first: nothing in it is a mark. */
function inline(text: string): string {
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|!?\[([^\]]+)\]\(([^)\s]+)\)/g;
  let result = "";
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, code, strong, emphasis, label, target = ""] = match;
    result += escaped(text.slice(at, match.index));
    at = match.index + whole.length;
    if (code !== undefined) result += bold(literal(code.replaceAll("\n", " ")));
    else if (strong !== undefined) result += bold(inline(strong));
    else if (emphasis !== undefined) result += italic(inline(emphasis));
    else result += inline(label ?? "") + (/^https?:/.test(target) ? ` (${escaped(target)})` : "");
  }
  return result + escaped(text.slice(at));
}

function bold(roff: string): string {
  return String.raw`\fB${roff}\fR`;
}

function italic(roff: string): string {
  return String.raw`\fI${roff}\fR`;
}

/** Without marks, for headings. */
function plain(text: string): string {
  return text.replaceAll(/[`*]|!?\[([^\]]+)\]\([^)]*\)/g, "$1");
}

function escaped(text: string): string {
  return text
    .replaceAll("\\", String.raw`\e`)
    .replaceAll(/[^\n -~]/gu, (one) => `\\[u${codeOf(one)}]`);
}

/** As typed: its hyphens, quotes and circumflexes are to be copied. */
function literal(text: string): string {
  return escaped(text)
    .replaceAll("-", String.raw`\-`)
    .replaceAll("'", String.raw`\(aq`)
    .replaceAll("^", String.raw`\(ha`)
    .replaceAll("~", String.raw`\(ti`)
    .replaceAll("\x60", String.raw`\(ga`);
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

/** A line that begins with a control character is a request. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? String.raw`\&${line}` : line;
}
