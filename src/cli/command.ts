import { USAGE, parseFlags } from "./flags.ts";
import type { Flags } from "./flags.ts";

/** The `engines` of package.json. */
const OLDEST_NODE = 24;

/**
 * Runs what the command line asks for. A mistake of the user's is one line and exit code 1.
 * Each command is loaded when it is wanted: `serve` should not wait for what `query` needs.
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  try {
    requireNode();
    if (args[0] === "query") {
      const { query } = await import("./query.ts");
      return await query(args.slice(1));
    }
    const isCheck = args[0] === "check";
    await run(isCheck, parseFlags(isCheck ? args.slice(1) : args));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** An older Node starts this program, to fail somewhere within with words of its own. */
function requireNode(): void {
  const { node } = process.versions;
  if (Number.parseInt(node, 10) >= OLDEST_NODE) return;
  throw new Error(
    `Cannot run on Node ${node}: ${OLDEST_NODE} or newer is needed; npm start brings its own`,
  );
}

async function run(isCheck: boolean, flags: Flags): Promise<void> {
  if (flags.help) {
    process.stdout.write(USAGE);
  } else if (flags.version) {
    const { VERSION } = await import("./version.ts");
    process.stdout.write(`Portolan-${VERSION}\n`);
  } else if (flags.plugins) {
    const { listPlugins } = await import("./plugins.ts");
    process.stdout.write(listPlugins());
  } else if (isCheck) {
    const { check } = await import("./check.ts");
    check(flags);
  } else {
    const { serve } = await import("./serve.ts");
    await serve(flags);
  }
}
