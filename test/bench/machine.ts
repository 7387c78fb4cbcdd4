import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { BenchError } from "./bench-error.ts";
import { findProgram } from "./find-program.ts";

/** What the figures depend on, and the tools that make them. */
export interface Machine {
  readonly dnsperf: string;
  readonly taskset: string;
  /** Undefined where there is no C compiler. */
  readonly compiler: string | undefined;
  /** The server under test has this core to itself. */
  readonly serverCore: number;
  /** The load generator, the upstream and the bench itself share this one. */
  readonly loadCore: number;
  readonly description: string;
}

/**
 * Looks at the machine, and moves the bench itself to the load generator's core.
 *
 * @throws BenchError when something is missing without which nothing can be measured
 */
export function openMachine(): Machine {
  if (process.platform !== "linux") {
    throw new BenchError("Cannot measure CPU time: the bench reads /proc, which only Linux has");
  }
  const dnsperf = needProgram("dnsperf", "dnsperf");
  const taskset = needProgram("taskset", "util-linux");
  const status = readFileSync("/proc/self/status", "utf8");
  const cores = parseCoreList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? "0");
  const serverCore = cores[0] ?? 0;
  const loadCore = cores[1] ?? serverCore;
  execFileSync(taskset, ["-a", "-p", "-c", String(loadCore), String(process.pid)]);
  return {
    dnsperf,
    taskset,
    compiler: findProgram("cc"),
    serverCore,
    loadCore,
    description: describe(serverCore, loadCore),
  };
}

/** Parses a list of cores as the kernel writes it, such as "0-2,5". */
export function parseCoreList(text: string): number[] {
  return text.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function needProgram(name: string, debianPackage: string): string {
  const program = findProgram(name);
  if (program !== undefined) return program;
  throw new BenchError(`Cannot find "${name}": install Debian's package "${debianPackage}"`);
}

function describe(serverCore: number, loadCore: number): string {
  const model = cpus()[0]?.model.trim() ?? "unknown CPU";
  const place =
    serverCore === loadCore
      ? `everything on core ${serverCore}, the only one: queries/s mean little`
      : `servers on core ${serverCore}, load on core ${loadCore}`;
  return `${model}, Linux ${release()}, Node ${process.version}; ${place}`;
}
