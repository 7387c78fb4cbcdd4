import { Faults } from "../corefile/faults.ts";
import { HttpEndpoints } from "../http/http-endpoints.ts";
import { createLogger } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import { plugins } from "../plugins/index.ts";
import { checkStart } from "../server/check-start.ts";
import type { BuildContext } from "../server/block-instances.ts";
import { corefileLoader, findCorefile } from "./corefile-path.ts";
import type { Arguments } from "./arguments.ts";
import type { Flags } from "./flags.ts";
import { parseFlags } from "./flags.ts";
import { endProcess, outputOf } from "./process-output.ts";

/**
 * Says that a start with the Corefile would not be refused, and serves nothing.
 * @throws {CorefileError} for all that it would be refused for
 */
export async function check(given: Arguments): Promise<void> {
  const flags = flagsToCheck(given);
  const faults = new Faults();
  const corefile = corefileLoader(flags.conf)(faults);
  await checkStart(corefile, surroundings(flags), faults);
  faults.throwIfAny();
  const { length } = corefile.blocks;
  process.stdout.write(
    `${findCorefile(flags.conf)}: ok, ${length} server block${length === 1 ? "" : "s"}\n`,
  );
  // What others have written may keep a timer or a socket.
  if (corefile.plugins?.length) await endProcess(0);
}

/** The Corefile may be named by a word, as by `-conf`. */
function flagsToCheck(given: Arguments): Flags {
  const flags = parseFlags(given);
  const [file, surplus] = given.words;
  if (surplus !== undefined)
    throw new TypeError(`Cannot check "${surplus}": one Corefile at a time`);
  if (file === undefined) return flags;
  if (flags.conf === undefined) return { ...flags, conf: file };
  throw new TypeError(`Cannot check "${file}": -conf names "${flags.conf}" already`);
}

/** A house in which nobody lives. Warnings are said, for a start would say them. */
function surroundings({ port, logFormat }: Flags): BuildContext {
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
  };
}
