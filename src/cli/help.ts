import type { Arguments } from "./arguments.ts";
import type { Command } from "./command-description.ts";
import { findCommand, noSuchCommand } from "./find-command.ts";
import { helpText } from "./help-text.ts";

/** @throws {TypeError} for a command that there is not. */
export function help({ words }: Arguments, commands: readonly Command[]): void {
  const { command, rest } = findCommand(words, commands);
  if (rest.length > 0) throw noSuchCommand(words, commands);
  process.stdout.write(helpText(command, commands));
}
