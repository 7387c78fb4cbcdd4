import { CorefileError } from "./corefile-error.ts";
import type { Piece } from "./lexer.ts";
import { pieces } from "./lexer.ts";
import { inlineClose, strayClose, touchesBrace, touching, unclosed } from "./parser.ts";

const INDENT = "    ";

/** A line of the Corefile: more than one of the file where a quoted word goes on. */
interface WrittenLine {
  readonly parts: readonly Written[];
  /** Whether there is an empty line before it. */
  readonly isApart: boolean;
}

interface Written extends Piece {
  /** As it is to be written. */
  readonly text: string;
}

/**
 * The same Corefile, formatted: four spaces for each open brace, one between words, at most one empty line between
 * others and none next to a brace that holds them. Lines are neither joined nor split, words and comments stay as they
 * are, so that all of it means what it meant. Formatting what is formatted changes nothing.
 * @throws {CorefileError} if a quote or a brace is open at the end, or closes nothing
 */
export function formatCorefile(text: string, file: string): string {
  const lines = linesOf(text, file);
  checkBraces(lines);
  let depth = 0;
  let isFirst = true;
  const formatted = lines.map(({ parts, isApart }) => {
    const closes = isMark(parts[0], "}");
    const indent = INDENT.repeat(closes ? depth - 1 : depth);
    for (const part of parts) depth += isMark(part, "{") ? 1 : isMark(part, "}") ? -1 : 0;
    const gap = isApart && !isFirst && !closes ? "\n" : "";
    isFirst = isMark(parts.findLast(isWord), "{");
    return `${gap}${indent}${parts.map((part) => part.text).join(" ")}\n`;
  });
  return expectSame(lines, formatted.join(""), file);
}

function linesOf(text: string, file: string): WrittenLine[] {
  const lines: { parts: Written[]; isApart: boolean }[] = [];
  let lastLine = 0;
  for (const piece of pieces(text, file)) {
    const written = { ...piece, text: textOf(piece) };
    const isApart = piece.line > lastLine + 1;
    if (piece.startsLine) lines.push({ parts: [written], isApart });
    else lines.at(-1)?.parts.push(written);
    lastLine = piece.line + piece.raw.split("\n").length - 1;
  }
  return lines;
}

/** A carriage return counts for something only inside of quotes. */
function textOf({ kind, raw }: Piece): string {
  if (kind === "quoted") return raw;
  return kind === "comment" ? raw.trimEnd() : raw.replaceAll("\r", "");
}

function isMark(part: Written | undefined, mark: "{" | "}"): boolean {
  return part?.kind === "word" && part.text === mark;
}

function isWord({ kind }: Written): boolean {
  return kind !== "comment";
}

/** @throws {CorefileError} unless each brace that opens is closed, and the other way round */
function checkBraces(lines: readonly WrittenLine[]): void {
  const open: { readonly at: Written; readonly owner: Written }[] = [];
  let hidden: Written | undefined;
  let before: Written | undefined;
  for (const { parts } of lines) {
    for (const part of parts.filter(isWord)) {
      if (isMark(part, "{")) open.push({ at: part, owner: before ?? part });
      else if (isMark(part, "}")) {
        const isBehind = !part.startsLine && before && !isMark(before, "{");
        if (isBehind && !isMark(before, "}")) throw inlineClose(part, before ?? part);
        if (!open.pop()) throw hidden ? touching(hidden) : strayClose(part);
      }
      before = part;
    }
    const last = parts.findLast(isWord);
    if (last && touchesBrace({ text: last.text, quoted: last.kind === "quoted" })) hidden ??= last;
  }
  const left = open.pop();
  if (left) throw hidden ? touching(hidden) : unclosed(left.at, left.owner);
}

/** Nothing may be lost, whatever else goes wrong. */
function expectSame(lines: readonly WrittenLine[], formatted: string, file: string): string {
  const flat = (all: readonly WrittenLine[]): string =>
    JSON.stringify(all.map(({ parts }) => parts.map(({ kind, text }) => [kind, text])));
  if (flat(lines) === flat(linesOf(formatted, file))) return formatted;
  throw new CorefileError({ file, line: 1 }, "Cannot format: it would not be the same afterwards");
}
