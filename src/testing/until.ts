import { setImmediate as turn } from "node:timers/promises";

/** Turns of the event loop in which most of what is waited for has come ... */
const TURNS = 200;
/** ... and how often to look afterwards: it may come from another process, which needs the processor. */
const POLL_MS = 2;
/** The real one: a test may have stopped the time of all that it looks at. */
const { setTimeout } = globalThis;

/** Waits until it is so. There is no time-out but the test's own, which is there for what hangs. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; !(await isSo()); i++) {
    if (i < TURNS) await turn();
    else await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
