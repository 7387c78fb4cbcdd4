import { wrap } from "../text/wrap.ts";
import type { Command } from "./command-description.ts";
import type { Flag, FlagTable } from "./flag-description.ts";
import { flagsOf } from "./command-description.ts";
import { writtenFlag } from "./flag-description.ts";

/** A name, and what is said of it. */
export type Row = readonly [name: string, summary: string];

/** Names of at most so many columns have what is said of them on the same line. */
const WIDEST_NAME = 24;

/** How a command is used. That of serving also says which others there are. */
export function helpText(command: Command, commands: readonly Command[]): string {
  const { description, operands, examples, exitCodes } = command;
  const others = command.name === "" ? commands.filter((one) => one !== command) : [];
  return [
    `Usage: ${usageOf(command)}\n`,
    ...description.map((paragraph) => wrap(paragraph, "")),
    section("Commands", others.map(rowOf)),
    section("Words", operands.map(rowOf)),
    section("Flags (one dash or two, a space or = before the value)", flagRows(flagsOf(command))),
    `Examples:\n${examples.map(({ line, summary }) => `  # ${summary}\n  ${line}\n`).join("")}`,
    section("Exit codes", Object.entries(exitCodes)),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

/** "portolan check [FILE] [FLAGS]" */
export function usageOf({ name, synopsis }: Command): string {
  return ["portolan", name, synopsis].filter((part) => part !== "").join(" ");
}

/** "-conf FILE", "-version, -v" */
export function flagRows(flags: FlagTable): Row[] {
  return Object.entries(flags).map(([name, flag]): Row => {
    const names = [name, ...(flag.also ?? [])].map(writtenFlag).join(", ");
    return [names + writtenValue(name, flag), flag.summary];
  });
}

/** " FILE", "=FILE" behind a plus, "[=FILE]" where it may be left out. */
function writtenValue(name: string, { value, isOptional }: Flag): string {
  if (value === undefined) return "";
  if (isOptional) return `[=${value}]`;
  return name.startsWith("+") ? `=${value}` : ` ${value}`;
}

function rowOf({ name, summary }: { readonly name: string; readonly summary: string }): Row {
  return [name, summary];
}

function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const widths = rows.map(([name]) => name.length).filter((width) => width <= WIDEST_NAME);
  const column = Math.max(0, ...widths) + 4;
  return `${title}:\n${rows.map((row) => rowText(row, column)).join("")}`;
}

function rowText([name, summary]: Row, column: number): string {
  const head = `  ${name}`;
  if (head.length + 2 <= column) return wrap(summary, head.padEnd(column));
  return `${head}\n${wrap(summary, " ".repeat(column))}`;
}
