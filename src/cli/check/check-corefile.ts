import { networkInterfaces } from "node:os";
import { findAll, inOrder } from "../../check/findings.ts";
import type { Finding, Seen } from "../../check/rule.ts";
import { diskFiles } from "../../corefile/config-files.ts";
import { CorefileError } from "../../corefile/corefile-error.ts";
import type { Corefile, Reading } from "../../corefile/corefile.ts";
import { Faults } from "../../corefile/faults.ts";
import { pieces } from "../../corefile/lexer.ts";
import { idleHost } from "../../server/idle-host.ts";
import { createLogger } from "../../observe/log.ts";
import { Metrics } from "../../observe/metrics.ts";
import { plugins } from "../../plugins/index.ts";
import type { BuildContext } from "../../server/block-instances.ts";
import { checkElsewhere, checkStart } from "../../server/check-start.ts";
import { pluginName } from "../../server/plugin-order.ts";
import type { Flags } from "../flags.ts";
import { outputOf } from "../process-output.ts";
import { warningsTo } from "../warnings-to.ts";
import { withoutInterfaces } from "./interfaces-elsewhere.ts";
import { unresolvedNames } from "./unresolved-names.ts";

export interface CheckOptions extends Pick<Flags, "port" | "logFormat"> {
  /** Whether the Corefile is for another machine than this one. */
  readonly isElsewhere: boolean;
  /** Whether upstreams' names are looked for all the same. */
  readonly resolvesNames?: boolean;
}

export interface CheckedCorefile {
  /** Undefined if it could not be read. */
  readonly corefile: Corefile | undefined;
  readonly findings: readonly Finding[];
}

/** All that a start with the Corefile would say, and what else can be seen in it. */
export async function checkCorefile(
  load: (reading: Reading) => Corefile,
  options: CheckOptions,
): Promise<CheckedCorefile> {
  const { isElsewhere } = options;
  const faults = new Faults();
  const warnings: CorefileError[] = [];
  const texts = new Map<string, string>();
  let corefile: Corefile | undefined;
  let seen: Seen | undefined;
  try {
    corefile = load({ faults, texts });
    if (faults.count === 0) seen = seenOf(corefile, texts, options);
    const around = surroundings(options, warnings);
    if (isElsewhere) await checkElsewhere(withoutInterfaces(corefile), around, faults);
    else await checkStart(corefile, around, faults);
  } catch (error) {
    if (!(error instanceof CorefileError)) throw error;
    faults.add(error);
  }
  const found = findAll({ errors: faults.sorted(), warnings }, seen);
  if (!isElsewhere || options.resolvesNames !== true) return { corefile, findings: found };
  const unresolved = await unresolvedNames(corefile?.blocks ?? []);
  return { corefile, findings: inOrder([...found, ...unresolved]) };
}

function seenOf(
  { blocks }: Corefile,
  texts: ReadonlyMap<string, string>,
  { port, isElsewhere }: CheckOptions,
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
    defaultPort: port,
    plugins: new Set(plugins.map(pluginName)),
    machine: isElsewhere ? undefined : machine,
  };
}

/** What a block is made in to be looked at. */
function surroundings({ port, logFormat }: CheckOptions, warnings: CorefileError[]): BuildContext {
  const destination = outputOf(process.stderr);
  return {
    plugins,
    defaultPort: port,
    log: createLogger({ level: "warn", format: logFormat, destination }),
    metrics: new Metrics(),
    host: idleHost("this is a check"),
    warned: warningsTo(warnings),
  };
}
