import { readFileSync, writeFileSync } from "node:fs";
import { CorefileError, reasonOf } from "../corefile/corefile-error.ts";
import { Faults } from "../corefile/faults.ts";
import { formatCorefile } from "../corefile/format.ts";
import { unifiedDiff } from "../text/unified-diff.ts";
import type { Arguments } from "./arguments.ts";

interface Formatted {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Formats Corefiles.
 * @throws {CorefileError} for all files that cannot be read or formatted; none has been written then
 */
export function fmt({ switches, words }: Arguments): void {
  const paths = words.length > 0 ? words : ["Corefile"];
  if (switches.has("w") && paths.includes("-")) {
    throw new TypeError('Cannot write to "-": -w goes with files');
  }
  const faults = new Faults();
  const all = paths.flatMap((path) => faults.try(() => format(path)) ?? []);
  faults.throwIfAny();
  const odd = all.filter(({ before, after }) => before !== after);
  const isTold = switches.has("check") || switches.has("diff");
  for (const one of odd) {
    if (switches.has("diff")) process.stdout.write(unifiedDiff(one.path, one.before, one.after));
    else if (switches.has("check")) process.stdout.write(`${one.path}\n`);
    if (switches.has("w")) write(one);
  }
  if (!isTold && !switches.has("w")) {
    for (const { after } of all) process.stdout.write(after);
  }
  if (switches.has("check") && odd.length > 0) process.exitCode = 1;
}

function format(path: string): Formatted {
  const before = read(path);
  return { path, before, after: formatCorefile(before, path === "-" ? "stdin" : path) };
}

function read(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (cause) {
    throw new CorefileError({ file: path, line: 1 }, `Cannot read: ${reasonOf(cause)}`);
  }
}

/** In its place, so that its owner, its mode and links to it stay. */
function write({ path, after }: Formatted): void {
  try {
    writeFileSync(path, after);
  } catch (cause) {
    throw new CorefileError({ file: path, line: 1 }, `Cannot write: ${reasonOf(cause)}`);
  }
}
