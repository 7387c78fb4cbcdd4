import type { Arguments } from "./arguments.ts";
import type { Command } from "./command-description.ts";
import { noSuchCommand } from "./find-command.ts";
import { parseFlags } from "./flags.ts";

/** Without the name of a command: serves, or says what one of CoreDNS's switches asks for. */
export async function runBare(given: Arguments, commands: readonly Command[]): Promise<void> {
  const { switches, words } = given;
  if (words[0] !== undefined) throw noSuchCommand(words, commands);
  const flags = parseFlags(given);
  if (switches.has("version")) {
    const { printVersion } = await import("./version.ts");
    printVersion();
  } else if (switches.has("plugins")) {
    const { listPlugins } = await import("./plugins.ts");
    process.stdout.write(listPlugins());
  } else {
    const { serve } = await import("./serve.ts");
    await serve(flags);
  }
}
