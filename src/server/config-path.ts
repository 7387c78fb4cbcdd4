import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Position } from "../corefile/corefile-error.ts";
import type { BlockSettings } from "./contract/plugin.ts";

/**
 * The one rule for all paths of a Corefile: a relative one starts at `root`, and that at the working directory, as
 * in CoreDNS. What is not there, but is beside the Corefile, is meant there: so a Corefile and its files can be
 * started from anywhere.
 *
 * @param at the directive, whose file is the Corefile or what it imports
 * @returns an absolute path, of the first place if there is nothing in either
 */
export function configPath(
  path: string,
  { root }: Pick<BlockSettings, "root">,
  { file }: Pick<Position, "file">,
): string {
  const first = resolve(root, path);
  if (isThere(first)) return first;
  const beside = resolve(dirname(file), root, path);
  return isThere(beside) ? beside : first;
}

/** A pattern is there if the folder is that its first wildcard is in. */
function isThere(path: string): boolean {
  const wildcard = path.search(/[*?[{]/);
  return existsSync(path) || (wildcard >= 0 && existsSync(dirname(`${path.slice(0, wildcard)}x`)));
}
