import { wrap } from "../text/wrap.ts";
import type { Level } from "./explanation.ts";

/** How a text for people looks where it is shown. */
export interface Look {
  readonly colour: boolean;
  /** Columns; commands take more where they must. */
  readonly width: number;
}

/** What a piece of the text is. */
export type Part = "title" | "name" | "command" | "aside" | Level;

const RESET = "\u001b[0m";
/** Those of the terminal itself, so that they can be read on light and on dark ground. */
const CODES: Readonly<Record<Part, string>> = {
  title: "\u001b[1m",
  name: "\u001b[1m",
  command: "\u001b[36m",
  aside: "\u001b[2m",
  fine: "\u001b[1;32m",
  warning: "\u001b[1;33m",
  failing: "\u001b[1;31m",
};

/** Paints each line by itself, without its indent: so a part of the text looks right wherever it is cut. */
export function paint(part: Part, text: string, { colour }: Look): string {
  return colour ? text.replace(/^( *)(\S.*)$/gm, `$1${CODES[part]}$2${RESET}`) : text;
}

export function wrapped(text: string, indent: string, { width }: Look): string {
  return wrap(text, indent, width);
}
