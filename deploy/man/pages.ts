import type { Command } from "../../src/cli/command-description.ts";
import { flagsOf } from "../../src/cli/command-description.ts";
import { flagRows, usageOf } from "../../src/cli/help-text.ts";
import type { Block } from "./markdown.ts";
import { parseMarkdown } from "./markdown.ts";
import { codeLines, quoted, roffOf, sectionLine, taggedLines, textLines } from "./roff.ts";

/** A page of the manual. */
export interface Page {
  /** "portolan-explain.1" */
  readonly file: string;
  readonly text: string;
}

/** What stands in the foot of each page. */
export interface Edition {
  readonly version: string;
}

/**
 * Of a command, out of what its help is made of.
 * @param otherPages those of the seventh section; the page of serving names them all
 */
export function commandPage(
  command: Command,
  commands: readonly Command[],
  edition: Edition,
  otherPages: readonly string[],
): Page {
  const { name, summary, description, operands, examples, exitCodes } = command;
  const others = name === "" ? commands.filter((one) => one !== command) : [];
  const title = pageName(name);
  const siblings = commands
    .filter((one) => one !== command)
    .map((one) => `${pageName(one.name)}(1)`);
  const seeAlso = [...siblings, ...(name === "" ? otherPages : ["portolan-troubleshooting(7)"])];
  const paragraphs = description.flatMap((one) => [".PP", ...textLines(code(one))]);
  const taught = examples.flatMap(({ line, summary }) => {
    return [".PP", ...textLines(`${summary}:`), ...codeLines([line])];
  });
  return page(title, 1, edition, [
    section("Name", textLines(`${title} - ${summary}`)),
    section("Synopsis", codeLines([usageOf(command)])),
    section("Description", paragraphs),
    section(
      "Commands",
      others.flatMap(({ name, summary }) => tagged(name, `${summary}; \`man ${pageName(name)}\``)),
    ),
    section(
      "Words",
      operands.flatMap(({ name, summary }) => tagged(name, summary)),
    ),
    section(
      "Flags",
      flagRows(flagsOf(command)).flatMap(([flag, summary]) => tagged(flag, summary)),
    ),
    section("Examples", taught),
    section(
      "Exit status",
      Object.entries(exitCodes).flatMap(([code, meaning]) => tagged(code, meaning)),
    ),
    section("See also", textLines(references(seeAlso))),
  ]);
}

/** Of a document whose first section is its name. */
export function pluginPage(name: string, readme: string, edition: Edition): Page {
  const [title, ...blocks] = parseMarkdown(readme);
  if (title?.kind !== "heading") throw new SyntaxError(`README of "${name}" has no title`);
  const named = blocks.map((block, i) => (i === 1 ? withPageName(block, name) : block));
  return page(pageName(name), 7, edition, [roffOf(named)]);
}

/** Of a document without sections of a manual. */
export function documentPage(name: string, summary: string, text: string, edition: Edition): Page {
  const [, ...blocks] = parseMarkdown(text);
  return page(pageName(name), 7, edition, [
    section("Name", textLines(`${pageName(name)} - ${summary}`)),
    section("Description", roffOf(blocks)),
  ]);
}

/** "cache flush" is portolan-cache-flush. */
export function pageName(name: string): string {
  return name === "" ? "portolan" : `portolan-${name.replaceAll(" ", "-")}`;
}

/** "*cache* - keeps replies" becomes "portolan-cache - keeps replies", which `apropos` reads. */
function withPageName(block: Block, name: string): Block {
  if (block.kind !== "paragraph")
    throw new SyntaxError(`README of "${name}" does not say what it is`);
  return {
    kind: "paragraph",
    text: block.text.replace(/^\*\S+\*/, pageName(name)).replace(/\.$/, ""),
  };
}

function page(
  name: string,
  section: number,
  { version }: Edition,
  sections: readonly string[][],
): Page {
  const head = `.TH ${quoted(name.toUpperCase())} ${section} "" ${quoted(`portolan ${version}`)} "Portolan"`;
  // Neither may a paragraph stand where a section has just begun, nor an empty line anywhere.
  const kept = sections
    .flat()
    .filter(
      (line, i, lines) => line !== "" && !(line === ".PP" && /^\.S[HS]/.test(lines[i - 1] ?? "")),
    );
  // Flush left: lines of a narrow terminal have not the blanks to be adjusted.
  return { file: `${name}.${section}`, text: `${head}\n.ad l\n.nh\n${kept.join("\n")}\n` };
}

/** Their names are not broken at their hyphens. */
function references(pages: readonly string[]): string {
  return pages.map((one) => one.replace(/^(.*)\(/, "`$1`(")).join(", ");
}

function tagged(tag: string, text: string): string[] {
  return taggedLines(`\`${tag}\``, text);
}

/** Nothing, if there is nothing to say. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [sectionLine(title), ...lines];
}

/** Nothing in a description is markdown but quotes around commands. */
function code(text: string): string {
  return text.replaceAll(/"(portolan [^"]*)"/g, "`$1`");
}
