import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's heap small beside what is alive in it.
 * - Its space for new objects grows with what is read at the start, to 16 MiB and more in two halves, and never shrinks;
 *   yet a query's objects die at once. `npm start` and the image say `--max-semi-space-size=4`, which only the
 *   command line can; a growth factor does for all others.
 * - They also say `--initial-old-space-size=48`: so much may be alive before old objects are looked through for the
 *   first time. Else that is done two or three times while a cluster is read, nearly all of which stays alive.
 * - Before old objects are collected the heap may grow to four times of what is alive. With twice, a flood of
 *   names that nobody has stays below 240 MB instead of 360; it is answered a tenth slower, other queries are not.
 */
export function limitHeap(): void {
  const isLimited = process.execArgv.some((flag) => flag.includes("semi-space-size"));
  if (!isLimited) setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=100");
}
