import type { Look } from "../explain/look.ts";
import { hasColours } from "../observe/colours.ts";

const FILE_WIDTH = 80;
/** Longer lines are hard to read, narrower ones have no room for names. */
const WIDTHS = { min: 60, max: 120 };

/** Of a terminal as wide as it is, if it knows; of a file or a pipe always the same. */
export function lookOf(stream: typeof process.stdout): Look {
  const columns = (stream.isTTY && stream.columns) || FILE_WIDTH;
  const width = Math.min(Math.max(columns, WIDTHS.min), WIDTHS.max);
  return { colour: hasColours(stream), width };
}
