import { execFileSync } from "node:child_process";

/**
 * Runs a program to its end.
 * @returns what it printed
 * @throws {Error} with what it complained of
 */
export function runTool(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  try {
    return execFileSync(program, args, { ...options, encoding: "utf8", stdio: "pipe", maxBuffer: 1e8 });
  } catch (cause) {
    const { code, stderr } = cause as { code?: string; stderr?: string };
    const why = code === "ENOENT" ? "it is not installed" : stderr?.trim();
    throw new Error(`Cannot run "${program} ${args.slice(0, 2).join(" ")}": ${why}`, { cause });
  }
}
