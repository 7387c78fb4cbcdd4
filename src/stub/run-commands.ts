import type { Command } from "./back-end.ts";
import { hasFile } from "./system-files.ts";
import type { System } from "./system.ts";

/** Runs them in their order. @throws {Error} for the first that fails and may not */
export async function runCommands(system: System, commands: readonly Command[]): Promise<void> {
  for (const { argv, onlyIf, mayFail } of commands) {
    if (onlyIf !== undefined && !hasFile(system, onlyIf)) continue;
    const { code, stderr } = await system.run(argv);
    if (code === 0 || mayFail) continue;
    const reason = stderr.trim().split("\n").at(-1) || `exit code ${code}`;
    throw new Error(`Cannot run "${written(argv)}": ${reason}`);
  }
}

/** As one would type it in a shell. */
export function written(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}
