import { readFileSync } from "node:fs";
import { isYaml } from "../audit/read-written.ts";
import { CorefileError } from "../corefile/corefile-error.ts";
import type { Corefile, Reading } from "../corefile/corefile.ts";
import { readCorefile, readCorefileText } from "../corefile/corefile.ts";
import type { Arguments } from "./arguments.ts";
import { checkCorefile } from "./check/check-corefile.ts";
import { checkWritten } from "./check/check-written.ts";
import type { Checked } from "./check/report.ts";
import { formatNamed, report } from "./check/report.ts";
import { STDIN, findCorefile } from "./corefile-path.ts";
import type { Flags } from "./flags.ts";
import { parseFlags } from "./flags.ts";
import { endProcess } from "./process-output.ts";

/**
 * Says all that a start with the Corefiles would be refused for or warn of, and what else can be seen without running
 * them. Serves nothing. Exit code 1 if there are errors, or with `-strict` warnings.
 */
export async function check(given: Arguments): Promise<void> {
  const flags = parseFlags(given);
  const format = formatNamed(given.values.get("format") ?? "text");
  const isElsewhere = given.switches.has("elsewhere");
  const checked: Checked[] = [];
  for (const conf of filesToCheck(given, flags)) {
    checked.push(await checkFile(conf, { ...flags, isElsewhere }));
  }
  report(checked, format, flags.logFormat);
  const levels = checked.flatMap(({ findings }) => findings.map(({ rule }) => rule.level));
  const isBad =
    levels.includes("error") || (given.switches.has("strict") && levels.includes("warning"));
  process.exitCode = isBad ? 1 : 0;
  // What others have written may keep a timer or a socket.
  if (isBad || checked.some(({ hasModules }) => hasModules)) await endProcess(isBad ? 1 : 0);
}

/** Files may be named by words, as one by `-conf`. */
function filesToCheck({ words }: Arguments, { conf }: Flags): readonly (string | undefined)[] {
  const [first] = words;
  if (first === undefined) return [conf];
  if (conf === undefined) return words;
  throw new TypeError(`Cannot check "${first}": -conf names "${conf}" already`);
}

async function checkFile(
  conf: string | undefined,
  options: Flags & { readonly isElsewhere: boolean },
): Promise<Checked> {
  const path = findCorefile(conf);
  const octets = readOnce(path);
  const text = octets?.toString();
  if (text !== undefined && !octets?.includes(0) && isYaml(text)) {
    return checkWritten(path, text, options);
  }
  const load = (reading: Reading): Corefile => {
    if (octets?.includes(0))
      throw new CorefileError({ file: path, line: 1 }, "Cannot read: it is no text");
    // It says why.
    if (text === undefined) return readCorefile(path, reading);
    return readCorefileText(path, text, undefined, reading);
  };
  const { corefile, findings } = await checkCorefile(load, options);
  return {
    path,
    blocks: corefile?.blocks.length ?? 0,
    hasModules: (corefile?.plugins?.length ?? 0) > 0,
    findings,
  };
}

/** A pipe can be read once. @returns undefined if it cannot be read */
function readOnce(path: string): Buffer | undefined {
  try {
    return readFileSync(path === STDIN ? 0 : path);
  } catch {
    return undefined;
  }
}
