import { USAGE, parseFlags } from "./flags.ts";
import type { LogFormat } from "../observe/log-format.ts";
import type { Flags } from "./flags.ts";

/** The `engines` of package.json. */
const OLDEST_NODE = 24;

/**
 * Runs what the command line asks for. A mistake of the user's is one line and exit code 1.
 * Each command is loaded when it is wanted: `serve` should not wait for what `query` needs.
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  let format: LogFormat = "text";
  // Whoever read what we say may have gone, as "head" does: that is no fault.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  if (isNodeTooOld()) return;
  try {
    if (args[0] === "query") {
      const { query } = await import("./query.ts");
      return await query(args.slice(1));
    }
    const isCheck = args[0] === "check";
    const flags = parseFlags(isCheck ? args.slice(1) : args);
    format = flags.logFormat;
    await run(isCheck, flags);
  } catch (error) {
    await fail(error as Error, format);
  }
}

/** Nobody need read why: the end does not wait for that. */
async function fail(error: Error, format: LogFormat): Promise<void> {
  const { sayWhyNot } = await import("./process-log.ts");
  const { endProcess } = await import("./process-output.ts");
  sayWhyNot(error, format);
  await endProcess(1);
}

/** An older Node starts this program, to fail somewhere within with words of its own. */
function isNodeTooOld(): boolean {
  const { node } = process.versions;
  if (Number.parseInt(node, 10) >= OLDEST_NODE) return false;
  process.stderr.write(
    `Cannot run on Node ${node}: ${OLDEST_NODE} or newer is needed; npm start brings its own\n`,
  );
  process.exitCode = 1;
  return true;
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
