import { parseArgs } from "node:util";
import { BenchError, messageOf } from "../bench-error.ts";

/** What the command line asked for. */
export interface ScaleOptions {
  /** As many Services as EndpointSlices; each slice has five endpoints. */
  readonly services: number;
  /** Pods with an address; with any, the Corefile says `pods verified`. */
  readonly pods: number;
  /** Starts of each server. */
  readonly rounds: number;
  /** Changes of which the latency is measured, for each server. */
  readonly changes: number;
  readonly quietSeconds: number;
  /** Times in a row that all objects are read again. */
  readonly relists: number;
  /** Of `PARTS`; undefined for all. */
  readonly parts: readonly string[] | undefined;
  readonly servers: readonly string[] | undefined;
  /** In place of those that the start script of package.json has. */
  readonly nodeFlags: readonly string[] | undefined;
  readonly help: boolean;
}

export const USAGE = `npm run bench:scale -- [options]
  --services N        Services, and slices of five endpoints (10000)
  --pods N            Pods, and "pods verified" (0)
  --rounds N          starts of each server (5)
  --changes N         changes for the latency, for each server (300)
  --quiet N           seconds without a change, to count traffic (180)
  --relists N         times that all objects are read again (3)
  --only LIST         start, relist, latency, traffic
  --servers LIST      portolan, coredns
  --node-flags FLAGS  in place of those in package.json's start script, which may be none`;

/** @throws BenchError for an unknown option or a number out of range */
export function parseScaleOptions(args: readonly string[]): ScaleOptions {
  const values = readValues(args);
  return {
    services: wholeNumber("services", values.services, [10, 100_000]),
    pods: wholeNumber("pods", values.pods, [0, 500_000]),
    rounds: wholeNumber("rounds", values.rounds, [1, 100]),
    changes: wholeNumber("changes", values.changes, [3, 10_000]),
    quietSeconds: wholeNumber("quiet", values.quiet, [1, 7200]),
    relists: wholeNumber("relists", values.relists, [1, 100]),
    parts: list(values.only),
    servers: list(values.servers),
    nodeFlags: values["node-flags"]?.split(" ").filter((flag) => flag !== ""),
    help: values.help,
  };
}

function readValues(args: readonly string[]) {
  const text = (usual: number) => ({ type: "string", default: `${usual}` }) as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        services: text(10_000),
        pods: text(0),
        rounds: text(5),
        changes: text(300),
        quiet: text(180),
        relists: text(3),
        only: { type: "string" },
        servers: { type: "string" },
        "node-flags": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (cause) {
    throw new BenchError(`${messageOf(cause)}\n${USAGE}`, { cause });
  }
}

function wholeNumber(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new BenchError(
    `Cannot read --${name} "${text}": want a whole number from ${least} to ${most}`,
  );
}

function list(text: string | undefined): string[] | undefined {
  return text?.split(",").map((part) => part.trim());
}
