import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's space for new objects small. It grows with what is read at the start, to 16 MiB and
 * more in two halves, and never shrinks; yet a query's objects die at once. `npm start` and the
 * image say `--max-semi-space-size=4`, which only the command line can; this does for all others.
 */
export function limitYoungGeneration(): void {
  const isLimited = process.execArgv.some((flag) => flag.includes("semi-space-size"));
  if (!isLimited) setFlagsFromString("--semi-space-growth-factor=1");
}
