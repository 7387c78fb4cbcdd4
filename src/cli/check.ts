import { networkInterfaces } from "node:os";
import { findAll } from "../check/findings.ts";
import type { Finding, Seen } from "../check/rule.ts";
import { diskFiles } from "../corefile/config-files.ts";
import { CorefileError } from "../corefile/corefile-error.ts";
import type { Corefile } from "../corefile/corefile.ts";
import { Faults } from "../corefile/faults.ts";
import { pieces } from "../corefile/lexer.ts";
import { HttpEndpoints } from "../http/http-endpoints.ts";
import { createLogger } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import { plugins } from "../plugins/index.ts";
import type { BuildContext } from "../server/block-instances.ts";
import { checkElsewhere, checkStart } from "../server/check-start.ts";
import { pluginName } from "../server/plugin-order.ts";
import type { Arguments } from "./arguments.ts";
import type { Checked } from "./check-report.ts";
import { formatNamed, report } from "./check-report.ts";
import { corefileLoader, findCorefile } from "./corefile-path.ts";
import type { Flags } from "./flags.ts";
import { parseFlags } from "./flags.ts";
import { endProcess, outputOf } from "./process-output.ts";
import { warningsTo } from "./warnings-to.ts";

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
    checked.push(await checkOne({ ...flags, conf }, isElsewhere));
  }
  report(checked, format, flags.logFormat);
  const levels = checked.flatMap(({ findings }) => findings.map(({ rule }) => rule.level));
  const isBad =
    levels.includes("error") || (given.switches.has("strict") && levels.includes("warning"));
  process.exitCode = isBad ? 1 : 0;
  // What others have written may keep a timer or a socket.
  if (isBad || checked.some(({ hasModules }) => hasModules)) await endProcess(isBad ? 1 : 0);
}

/** Corefiles may be named by words, as one by `-conf`. */
function filesToCheck({ words }: Arguments, { conf }: Flags): readonly (string | undefined)[] {
  const [first] = words;
  if (first === undefined) return [conf];
  if (conf === undefined) return words;
  throw new TypeError(`Cannot check "${first}": -conf names "${conf}" already`);
}

async function checkOne(flags: Flags, isElsewhere: boolean): Promise<Checked> {
  const faults = new Faults();
  const warnings: CorefileError[] = [];
  const texts = new Map<string, string>();
  let corefile: Corefile | undefined;
  let seen: Seen | undefined;
  try {
    corefile = corefileLoader(flags.conf)({ faults, texts });
    if (faults.count === 0) seen = seenOf(corefile, texts, flags.port, isElsewhere);
    const look = isElsewhere ? checkElsewhere : checkStart;
    await look(corefile, surroundings(flags, warnings), faults);
  } catch (error) {
    if (!(error instanceof CorefileError)) throw error;
    faults.add(error);
  }
  const findings: Finding[] = findAll({ errors: faults.sorted(), warnings }, seen);
  return {
    path: findCorefile(flags.conf),
    blocks: corefile?.blocks.length ?? 0,
    hasModules: (corefile?.plugins?.length ?? 0) > 0,
    findings,
  };
}

function seenOf(
  { blocks }: Corefile,
  texts: ReadonlyMap<string, string>,
  defaultPort: number,
  isElsewhere: boolean,
): Seen {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const machine = {
    ...diskFiles,
    env: process.env,
    addresses: addresses.map(({ address }) => address),
  };
  return {
    blocks,
    files: new Map([...texts].map(([file, text]) => [file, [...pieces(text, file)]])),
    defaultPort,
    plugins: new Set(plugins.map(pluginName)),
    machine: isElsewhere ? undefined : machine,
  };
}

/** A house in which nobody lives. */
function surroundings({ port, logFormat }: Flags, warnings: CorefileError[]): BuildContext {
  const destination = outputOf(process.stderr);
  return {
    plugins,
    defaultPort: port,
    log: createLogger({ level: "warn", format: logFormat, destination }),
    metrics: new Metrics(),
    host: {
      http: new HttpEndpoints(),
      isServing: () => false,
      reload: () => Promise.reject(new Error("Cannot reload: this is a check")),
      fatal: () => {},
    },
    warned: warningsTo(warnings),
  };
}
