const POLL_MS = 2;
/** The real one: a test may have stopped the time of all that it looks at. */
const { setTimeout } = globalThis;

/** Waits until it is so. There is no time-out but the test's own, which is there for what hangs. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
