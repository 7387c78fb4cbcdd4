import { check } from "./check.ts";
import { USAGE, parseFlags } from "./flags.ts";
import type { Flags } from "./flags.ts";
import { listPlugins } from "./plugins.ts";
import { query } from "./query.ts";
import { serve } from "./serve.ts";
import { VERSION } from "./version.ts";

/** Runs what the command line asks for. A mistake of the user's is one line and exit code 1. */
export async function runCommand(args: readonly string[]): Promise<void> {
  try {
    if (args[0] === "query") return await query(args.slice(1));
    const isCheck = args[0] === "check";
    const flags = parseFlags(isCheck ? args.slice(1) : args);
    await (isCheck ? check(flags) : runFlags(flags));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

async function runFlags(flags: Flags): Promise<void> {
  if (flags.help) process.stdout.write(USAGE);
  else if (flags.version) process.stdout.write(`Portolan-${VERSION}\n`);
  else if (flags.plugins) process.stdout.write(listPlugins());
  else await serve(flags);
}
