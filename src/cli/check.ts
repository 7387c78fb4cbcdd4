import { readFileSync } from "node:fs";
import { isYaml } from "../audit/read-written.ts";
import { CLUSTER_AWAY, MISSING_RIGHT } from "../check/move-rules.ts";
import { CorefileError } from "../corefile/corefile-error.ts";
import type { Corefile, Reading } from "../corefile/corefile.ts";
import { readCorefile, readCorefileText } from "../corefile/corefile.ts";
import type { Arguments } from "./arguments.ts";
import type { CheckOptions } from "./check/check-corefile.ts";
import { checkCorefile } from "./check/check-corefile.ts";
import { checkCluster } from "./check/check-cluster.ts";
import { checkWritten } from "./check/check-written.ts";
import type { Checked } from "./check/report.ts";
import { formatNamed, report } from "./check/report.ts";
import { translatedFrom } from "./check/translate.ts";
import { STDIN, findCorefile } from "./corefile-path.ts";
import type { Flags } from "./flags.ts";
import { parseFlags } from "./flags.ts";
import { endProcess } from "./process-output.ts";

/** What has a meaning with `-from-cluster` alone. */
const CLUSTER_FLAGS = ["kubeconfig", "context", "namespace"];

/**
 * Says all that a start with the Corefiles would be refused for or warn of, and what else can be seen without running
 * them. Serves nothing.
 */
export async function check(given: Arguments): Promise<void> {
  const flags = parseFlags(given);
  if (given.switches.has("translate")) return translate(given, flags);
  const format = formatNamed(given.values.get("format") ?? "text");
  const isElsewhere = given.switches.has("elsewhere");
  const checked: Checked[] = [];
  const hasCluster = isOfCluster(given, flags);
  const resolvesNames = given.switches.has("resolve");
  const options = { ...flags, isElsewhere, resolvesNames };
  if (hasCluster) checked.push(await checkCluster(given, options));
  else {
    for (const conf of filesToCheck(given, flags)) {
      checked.push(await checkFile(conf, options));
    }
  }
  report(checked, format, flags.logFormat);
  const code = exitCodeOf(checked, given.switches.has("strict"));
  process.exitCode = code;
  // What others have written may keep a timer or a socket; so may a connection to a cluster.
  const mayStay = hasCluster || resolvesNames || checked.some(({ hasModules }) => hasModules);
  if (code > 0 || mayStay) await endProcess(code);
}

/** Prints the Corefile that stands for the ConfigMap of kube-dns, and checks nothing. */
async function translate(given: Arguments, flags: Flags): Promise<void> {
  const [conf, second] = filesToCheck(given, flags);
  if (second !== undefined) {
    throw new TypeError(`Cannot translate "${second}": one file makes one Corefile`);
  }
  process.stdout.write(await translatedFrom(findCorefile(conf)));
}

/** 2 if nothing is wrong with what was looked at, and that was not all. */
function exitCodeOf(checked: readonly Checked[], isStrict: boolean): number {
  const rules = checked.flatMap(({ findings }) => findings.map(({ rule }) => rule));
  const isBad = rules.some((rule) => {
    if (rule === CLUSTER_AWAY || rule === MISSING_RIGHT) return false;
    return rule.level === "error" || (isStrict && rule.level === "warning");
  });
  if (isBad) return 1;
  return checked.some(({ isPartial = false }) => isPartial) ? 2 : 0;
}

/** @throws {TypeError} if flags contradict one another */
function isOfCluster({ switches, values, words }: Arguments, { conf }: Flags): boolean {
  if (!switches.has("from-cluster")) {
    const idle = CLUSTER_FLAGS.find((name) => values.has(name));
    if (idle === undefined) return false;
    throw new TypeError(`Cannot use flag -${idle}: it has no effect without -from-cluster`);
  }
  const file = words[0] ?? conf;
  if (file === undefined) return true;
  throw new TypeError(`Cannot check "${file}": -from-cluster checks what the cluster has`);
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
  options: Flags & CheckOptions,
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
