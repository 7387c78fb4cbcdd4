import type { Arguments } from "./arguments.ts";
import { printable } from "./query/printable.ts";
import { exitCodeOf } from "./query/command-line-error.ts";
import { runQuery } from "./query/run-query.ts";

/** Asks a server as dig does, and ends with dig's exit codes. */
export async function query({ words }: Arguments): Promise<void> {
  try {
    process.exitCode = await runQuery(words, (text) => process.stdout.write(text));
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    process.stderr.write(`${printable((error as Error).message)}\n`);
    process.exitCode = code;
  }
}
