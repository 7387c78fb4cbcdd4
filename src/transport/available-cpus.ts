import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";

/** Reads a file; undefined if there is none. */
type ReadFile = (path: string) => string | undefined;

const CGROUPS = "/sys/fs/cgroup";

/**
 * CPUs that this process may keep busy, by the machine, its affinity and the container's limit: not
 * always a whole number.
 */
export function availableCpus(read: ReadFile = readText, cpus = availableParallelism()): number {
  return Math.min(cpus, cgroupCpus(read));
}

/** The smallest limit of the control groups around this process, in CPUs (cgroups(7)). */
function cgroupCpus(read: ReadFile): number {
  const limits = (read("/proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, controllers = "", path = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isV1 = controllers.split(",").includes("cpu");
    if (controllers !== "" && !isV1) return [];
    // In a container the path may be the host's, where only the root is mounted.
    return pathsUpward(path).map((group) => (isV1 ? limitV1(read, group) : limitV2(read, group)));
  });
  return Math.min(Infinity, ...limits);
}

function pathsUpward(path: string): string[] {
  return path === "/" || path === "." ? ["/"] : [path, ...pathsUpward(dirname(path))];
}

/** `cpu.max` holds "QUOTA PERIOD" in microseconds; a quota of "max" is none. */
function limitV2(read: ReadFile, group: string): number {
  const [quota, period] = (read(join(CGROUPS, group, "cpu.max")) ?? "").split(" ").map(Number);
  return ratio(quota, period);
}

/** A quota of -1 is none. */
function limitV1(read: ReadFile, group: string): number {
  const folder = join(CGROUPS, "cpu", group);
  const [quota, period] = ["quota", "period"].map((name) => {
    return Number(read(join(folder, `cpu.cfs_${name}_us`)));
  });
  return ratio(quota, period);
}

function ratio(quota = Number.NaN, period = Number.NaN): number {
  return quota > 0 && period > 0 ? quota / period : Infinity;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
