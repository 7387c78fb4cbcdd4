import { parseArgs } from "node:util";
import { BenchError, messageOf } from "./bench-error.ts";

/** What the command line asked for. */
export interface Options {
  /** Length of one measured run. */
  readonly seconds: number;
  /** Length of the run that is thrown away before the first round. */
  readonly warmUpSeconds: number;
  readonly rounds: number;
  /** Services in the generated cluster, one name each. */
  readonly names: number;
  /** Names outside the cluster that are asked again and again. */
  readonly externalNames: number;
  /** Queries that dnsperf keeps in flight. */
  readonly outstanding: number;
  /** Undefined means every one. */
  readonly workloads: readonly string[] | undefined;
  readonly peers: readonly string[] | undefined;
  /** File to write the figures to, as JSON. */
  readonly json: string | undefined;
  readonly help: boolean;
}

export const USAGE = `npm run bench -- [options]
  -seconds N       length of one run (3)
  -warmup N        seconds of load before the first round, not counted (2)
  -rounds N        runs of each server, interleaved; the median is reported (5)
  -names N         Services in the cluster (10000)
  -external N      names outside the cluster that are asked again and again (100)
  -outstanding N   queries in flight (100)
  -only LIST       cluster, changes, cores, tcp-one, tcp-many, latency, stalls, rewrite,
                   search, autopath, cached, misses, nxdomain
  -peers LIST      portolan, before (PORTOLAN_BEFORE=.../dist/main.js), coredns, unbound, dnsmasq, echo
  -json FILE       write every run's figures too`;

/**
 * Reads the command line. One dash and two both do, as the server's own options have one.
 *
 * @throws BenchError for an unknown option or a number out of range
 */
export function parseOptions(args: readonly string[]): Options {
  const values = readValues(args);
  return {
    seconds: wholeNumber("seconds", values.seconds, 3, 600),
    warmUpSeconds: wholeNumber("warmup", values.warmup, 2, 600),
    rounds: wholeNumber("rounds", values.rounds, 5, 100),
    names: wholeNumber("names", values.names, 10_000, 100_000),
    externalNames: wholeNumber("external", values.external, 100, 100_000),
    outstanding: wholeNumber("outstanding", values.outstanding, 100, 60_000),
    workloads: list(values.only),
    peers: list(values.peers),
    json: values.json,
    help: values.help === true,
  };
}

function readValues(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: args.map((argument) => argument.replace(/^-(?=[a-z]{2})/, "--")),
      options: {
        seconds: text,
        warmup: text,
        rounds: text,
        names: text,
        external: text,
        outstanding: text,
        only: text,
        peers: text,
        json: text,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw new BenchError(`${messageOf(cause)}\n${USAGE}`, { cause });
  }
}

function wholeNumber(name: string, text: string | undefined, usual: number, most: number): number {
  if (text === undefined) return usual;
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new BenchError(`Cannot read -${name} "${text}": want a whole number from 1 to ${most}`);
}

function list(text: string | undefined): string[] | undefined {
  return text?.split(",").map((part) => part.trim());
}

/**
 * The entries that the user named, in their own order, or all of them.
 *
 * @throws BenchError for a name that there is not
 */
export function select<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[] | undefined,
  option: string,
): T[] {
  const known = new Set(all.map((entry) => entry.name));
  const unknown = names?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    const choice = [...known].join(", ");
    throw new BenchError(`Cannot read -${option} "${unknown}": want some of ${choice}`);
  }
  return all.filter((entry) => names?.includes(entry.name) ?? true);
}
