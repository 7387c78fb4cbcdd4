import { setImmediate } from "node:timers/promises";

/** Queries are answered by the thread that explains: what looks at many endpoints goes on after those that wait. */
export async function letOthersIn(): Promise<void> {
  await setImmediate();
}
