import type { LogFormat } from "../observe/log-format.ts";
import type { Arguments } from "./arguments.ts";
import { readArguments } from "./arguments.ts";
import type { Command } from "./command-description.ts";
import { flagsOf } from "./command-description.ts";
import { COMMANDS } from "./commands.ts";
import { findCommand } from "./find-command.ts";
import { OLDEST_NODE, isRecentNode } from "./own-node/oldest-node.ts";

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
    const { command, rest } = findCommand(args, COMMANDS);
    const given = command.readsItself ? asWords(rest) : readArguments(rest, flagsOf(command));
    if (given.values.get("log-format") === "json") format = "json";
    if (given.switches.has("help")) {
      const { helpText } = await import("./help-text.ts");
      process.stdout.write(helpText(command, COMMANDS));
      return;
    }
    refuseWords(command, given.words);
    const run = await command.load();
    await run(given, COMMANDS);
  } catch (error) {
    await fail(error as Error, format);
  }
}

/** Only help is the same for all. */
function asWords(words: readonly string[]): Arguments {
  const switches = words.some((word) => /^--?h(?:elp)?$/.test(word)) ? ["help"] : [];
  return { values: new Map(), lists: new Map(), switches: new Set(switches), words };
}

/** Those that take any count them themselves; behind no command at all they are taken for one. */
function refuseWords({ name, operands }: Command, [surplus]: readonly string[]): void {
  if (name === "" || operands.length > 0 || surplus === undefined) return;
  throw new TypeError(`Cannot run "${name}": unexpected "${surplus}"`);
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
  if (isRecentNode(node)) return false;
  process.stderr.write(
    `Cannot run on Node ${node}: ${OLDEST_NODE} or newer is needed; npm start and the command portolan bring their own\n`,
  );
  process.exitCode = 1;
  return true;
}
