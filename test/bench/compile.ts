import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { BenchError, messageOf } from "./bench-error.ts";

/**
 * Compiles one of the C files beside this one into the folder; returns the program's path.
 *
 * @throws BenchError when the compiler finds fault with it
 */
export function compile(compiler: string, name: string, folder: string): string {
  const program = join(folder, name);
  const source = join(import.meta.dirname, `${name}.c`);
  try {
    execFileSync(compiler, ["-O2", "-o", program, source], { stdio: ["ignore", "ignore", "pipe"] });
  } catch (cause) {
    throw new BenchError(`Cannot compile "${name}.c": ${messageOf(cause)}`, { cause });
  }
  return program;
}
