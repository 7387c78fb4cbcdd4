import type { Arguments } from "./arguments.ts";
import type { Command } from "./command-description.ts";
import { bashScript } from "./completion/bash.ts";
import type { Place } from "./completion/choices.ts";
import { placesOf } from "./completion/choices.ts";
import { fishScript } from "./completion/fish.ts";
import { SHELLS } from "./completion/shells.ts";
import { zshScript } from "./completion/zsh.ts";

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (places: readonly Place[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** @throws {TypeError} for a shell that there is nothing for. */
export function completion({ words }: Arguments, commands: readonly Command[]): void {
  const [name, surplus] = words;
  const shell = SHELLS.find((one) => one === name);
  if (!shell || surplus !== undefined) {
    const asked = words.join(" ");
    throw new TypeError(`Cannot complete for "${asked}": expected ${SHELLS.join(", ")}`);
  }
  process.stdout.write(SCRIPTS[shell](placesOf(commands)));
}
