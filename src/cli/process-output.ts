import { LogOutput } from "../observe/log-output.ts";
import { openSink } from "../observe/log-sink.ts";

/** How long the end of the process waits for readers, and for files that do not come. */
const LAST_WORDS_MS = 1_000;
const LOOK_MS = 20;

const outputs = new Map<number, LogOutput>();

/** Standard output or standard error, which may take nothing for as long as it likes. */
export function outputOf(stream: typeof process.stdout | typeof process.stderr): LogOutput {
  const known = outputs.get(stream.fd);
  if (known) return known;
  const output = new LogOutput(openSink(stream));
  outputs.set(stream.fd, output);
  process.on("exit", () => output.writeLast());
  return output;
}

/** Ends the process when the last lines have been written, or nobody has taken them in a second. */
export async function endProcess(code: number): Promise<never> {
  await Promise.all([...outputs.values()].map((output) => output.written(LAST_WORDS_MS)));
  const deadline = performance.now() + LAST_WORDS_MS;
  while (isPoolBusy() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  // Node waits for its thread pool before it exits: for ever, if a file system hangs.
  if (isPoolBusy()) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}

function isPoolBusy(): boolean {
  return process.getActiveResourcesInfo().some((name) => /^(?:FSReq|GetAddrInfoReq)/.test(name));
}
