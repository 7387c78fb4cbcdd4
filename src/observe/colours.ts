import { styleText } from "node:util";

/**
 * Whether what is written to a stream is to have colours: it is a terminal that knows them, and neither is `NO_COLOR` set
 * nor `TERM` "dumb". `FORCE_COLOR` has them elsewhere, too.
 */
export function hasColours(stream: NodeJS.WritableStream): boolean {
  return styleText("bold", "x", { stream }) !== "x";
}
