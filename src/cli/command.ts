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
    const [command = "", ...rest] = args;
    if (command === "query") {
      const { query } = await import("./query.ts");
      return await query(rest);
    }
    if (command === "explain") {
      const { explainCommand } = await import("./explain.ts");
      return await explainCommand(rest);
    }
    const isCheck = command === "check";
    const isFlag = command === "help" || command === "version";
    const flags = parseFlags(isFlag ? [`-${command}`] : isCheck ? rest : args, isCheck);
    format = flags.logFormat;
    await run(isCheck ? "check" : "", flags);
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

async function run(command: "" | "check", flags: Flags): Promise<void> {
  if (flags.help) {
    process.stdout.write(USAGE);
  } else if (flags.version) {
    const { versionText } = await import("./version.ts");
    process.stdout.write(versionText());
  } else if (flags.plugins) {
    const { listPlugins } = await import("./plugins.ts");
    process.stdout.write(listPlugins());
  } else if (command === "check") {
    const { check } = await import("./check.ts");
    await check(flags);
  } else {
    const { serve } = await import("./serve.ts");
    await serve(flags);
  }
}
