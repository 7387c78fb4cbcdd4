/** The markdown that our documents are written in, block by block. */
export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "code"; readonly lines: readonly string[] }
  | { readonly kind: "list"; readonly items: readonly ListItem[] }
  | {
      readonly kind: "table";
      readonly head: readonly string[];
      readonly rows: readonly string[][];
    };

export interface ListItem {
  /** "-", or "1." */
  readonly mark: string;
  readonly blocks: readonly Block[];
}

const ITEM = /^([-*]|\d+\.) +/;
const STARTS_BLOCK = /^(#{1,6} |```|\||[-*] |\d+\. )/;

/** @throws {SyntaxError} for a fence that is not closed */
export function parseMarkdown(text: string): Block[] {
  return parseLines(text.split("\n"));
}

function parseLines(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const heading = /^(#{1,6}) (.*)$/.exec(line);
    if (line.trim() === "") at++;
    else if (heading) {
      blocks.push({ kind: "heading", level: heading[1]?.length ?? 1, text: heading[2] ?? "" });
      at++;
    } else if (line.startsWith("```")) {
      const end = lines.indexOf("```", at + 1);
      if (end < 0) throw new SyntaxError("a fence is not closed");
      blocks.push({ kind: "code", lines: lines.slice(at + 1, end) });
      at = end + 1;
    } else {
      const end = endOf(lines, at);
      blocks.push(blockOf(lines.slice(at, end)));
      at = end;
    }
  }
  return blocks;
}

/** Behind the last line of the table, list or paragraph that begins at a line. */
function endOf(lines: readonly string[], start: number): number {
  const first = lines[start] ?? "";
  const isList = ITEM.test(first);
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      const next = lines[at + 1] ?? "";
      if (isList && (ITEM.test(next) || /^ +\S/.test(next))) continue;
      return at;
    }
    if (first.startsWith("|") ? !line.startsWith("|") : !isList && STARTS_BLOCK.test(line))
      return at;
    if (isList && /^(#{1,6} |```|\|)/.test(line)) return at;
  }
  return lines.length;
}

function blockOf(lines: readonly string[]): Block {
  const [first = ""] = lines;
  if (ITEM.test(first)) return { kind: "list", items: itemsOf(lines) };
  if (!first.startsWith("|")) {
    return { kind: "paragraph", text: lines.map((line) => line.trim()).join("\n") };
  }
  const [head = [], , ...rows] = lines.map(cellsOf);
  return { kind: "table", head, rows };
}

function itemsOf(lines: readonly string[]): ListItem[] {
  const items: { mark: string; lines: string[] }[] = [];
  let indent = 0;
  for (const line of lines) {
    const [start = "", mark = ""] = ITEM.exec(line) ?? [];
    if (start !== "") {
      indent = start.length;
      items.push({ mark: mark === "*" ? "-" : mark, lines: [line.slice(indent)] });
    } else items.at(-1)?.lines.push(line.replace(new RegExp(`^ {0,${indent}}`), ""));
  }
  return items.map(({ mark, lines }) => ({ mark, blocks: parseLines(lines) }));
}

/** A bar within code is written with a backslash. */
function cellsOf(line: string): string[] {
  const inner = line.replace(/^\|/, "").replace(/\|\s*$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll(String.raw`\|`, "|"));
}
