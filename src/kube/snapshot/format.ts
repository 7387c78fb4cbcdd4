/**
 * A snapshot is text, one JSON value a line:
 *
 *     {"portolan":"snapshot","version":1,"time":"2026-11-25T20:00:00Z","selection":"9f86d0..."}
 *     {"kind":"Namespace","namespace":"","name":"shop"}
 *     ...                       one line for each ClusterObject
 *     {"objects":{"Namespace":1},"crc32":"a1b2c3d4"}
 *
 * The last line counts the objects and has the CRC-32 of all octets above it, so that a file
 * that is not whole is seen. Objects that are changed meanwhile are in it as before or as after.
 */

/** Changes with everything that an older program would misunderstand. */
export const FORMAT_VERSION = 1;

export interface SnapshotHeader {
  readonly portolan: "snapshot";
  readonly version: number;
  /** RFC 3339, in whole seconds: when the writing began. */
  readonly time: string;
  /** Digest of what the objects were chosen by; another selection has other objects. */
  readonly selection: string;
}

export interface SnapshotEnd {
  /** How many there are, by kind. */
  readonly objects: Readonly<Record<string, number>>;
  /** Eight hexadecimal digits. */
  readonly crc32: string;
}

export function makeHeader(nowMs: number, selection: string): SnapshotHeader {
  return { portolan: "snapshot", version: FORMAT_VERSION, time: formatTime(nowMs), selection };
}

/** @param ms Unix time */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

export function formatCrc(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
