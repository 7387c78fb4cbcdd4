import { readFileSync, readdirSync } from "node:fs";

/** One process as /proc/PID/stat shows it: proc_pid_stat(5). */
export interface ProcessStat {
  readonly parent: number;
  /** Time on a CPU, in user and in system mode, with that of children already reaped. */
  readonly cpuSeconds: number;
}

/** The unit of times in /proc: the kernel's USER_HZ, which is 100 on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU time of a process and all its descendants since they began. A process that is gone counts 0. */
export function cpuSecondsOfTree(root: number): number {
  const stats = readAllStats();
  return treeOf(root, stats).reduce((sum, pid) => sum + (stats.get(pid)?.cpuSeconds ?? 0), 0);
}

/** Time that a core has worked since the machine started, for whomever. */
export function busySecondsOfCore(core: number): number {
  return parseBusySeconds(readFileSync("/proc/stat", "utf8"), core);
}

/**
 * Finds a core's working time in /proc/stat.
 *
 *   cpu0 user nice system idle iowait irq softirq steal guest ...
 *                         ^^^^^^^^^^^ not work                 guest is part of user
 */
export function parseBusySeconds(text: string, core: number): number {
  const fields = new RegExp(`^cpu${core} (.*)$`, "m").exec(text)?.[1]?.split(" ").map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

/** Resident memory of a process and all its descendants, in octets; shared pages count once each. */
export function residentOctetsOfTree(root: number): number {
  return treeOf(root, readAllStats()).reduce((sum, pid) => sum + residentOctets(pid), 0);
}

/**
 * Parses a line of /proc/PID/stat.
 *
 *   1234 (a (odd) name) S 1 ... utime stime cutime cstime ...
 *                      ^ the last ")" ends the name; state is field 3, parent 4, utime 14
 */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), cpuSeconds: ticks / TICKS_PER_SECOND };
}

/** The process and its descendants, parents first. */
export function treeOf(root: number, stats: ReadonlyMap<number, ProcessStat>): number[] {
  const tree = [root];
  for (const parent of tree) {
    for (const [pid, stat] of stats) if (stat.parent === parent) tree.push(pid);
  }
  return tree;
}

function readAllStats(): Map<number, ProcessStat> {
  const stats = new Map<number, ProcessStat>();
  for (const name of readdirSync("/proc")) {
    const line = /^\d+$/.test(name) ? readProc(name, "stat") : "";
    if (line !== "") stats.set(Number(name), parseStat(line));
  }
  return stats;
}

function residentOctets(pid: number): number {
  const kibioctets = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(String(pid), "status"))?.[1];
  return Number(kibioctets ?? 0) * 1024;
}

/** Empty when the process has ended meanwhile. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
