import type { System } from "../../stub/system.ts";
import { takeBackOwn } from "../../stub/take-back.ts";
import { printable } from "../../text/printable.ts";

/** What *portolan dev* waits for. */
export const HELD = "Installed until standard input ends";
/** Of exit codes. */
const FILES_ARE_LEFT = 2;
const ENDING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** When whoever started this process has ended, however that came, or wants it to end. */
export function endOf(input: NodeJS.ReadableStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ENDING) process.on(signal, () => resolve());
  for (const event of ["end", "close", "error"]) input.on(event, () => resolve());
  input.resume();
  return promise;
}

/** Keeps an installation until the end, and takes it back. */
export async function hold(system: System, ends: Promise<void>): Promise<void> {
  // Who reads may be gone by then.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  process.stdout.write(`${HELD}\n`);
  await ends;
  const { isDone, lines } = await takeBackOwn(system, process.pid);
  const stream = isDone ? process.stdout : process.stderr;
  stream.write(printable(`${lines.join("\n")}\n`));
  if (!isDone) process.exitCode = FILES_ARE_LEFT;
}
