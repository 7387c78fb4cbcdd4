import { readFileSync, writeFileSync } from "node:fs";

/** Resident memory of one process, in octets, as /proc/PID/status has it: proc_pid_status(5). */
export interface ProcessMemory {
  readonly residentOctets: number;
  /** The most that it has been since the start, or since `clearPeak`. */
  readonly peakOctets: number;
}

export function readMemory(pid: number): ProcessMemory {
  return parseMemory(readFileSync(`/proc/${pid}/status`, "utf8"));
}

/** @throws {Error} if the process has ended, and has no memory any more */
export function parseMemory(status: string): ProcessMemory {
  return { residentOctets: octetsOf(status, "VmRSS"), peakOctets: octetsOf(status, "VmHWM") };
}

/** From now on the peak counts anew: proc_pid_clear_refs(5). */
export function clearPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function octetsOf(status: string, field: string): number {
  const kibioctets = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kibioctets === undefined) throw new Error(`Cannot read memory: no "${field}"`);
  return Number(kibioctets) * 1024;
}
