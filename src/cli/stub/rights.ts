import { written } from "../../stub/run-commands.ts";

/** Of exit codes. */
const RIGHTS_ARE_NEEDED = 3;

/** With the one line to type; paths in full, since root may have another `$PATH`. */
export function sayRightsAreNeeded(message: string): void {
  const line = written(["sudo", process.execPath, ...process.argv.slice(1)]);
  process.stderr.write(`${message}; type:\n  ${line}\n`);
  process.exitCode = RIGHTS_ARE_NEEDED;
}
