import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { socketsByInode } from "./socket-table.ts";

/** What a process holds, as Linux shows it in /proc. */
export interface ProcessGauges {
  /** Files, sockets, pipes. */
  readonly handles: number;
  readonly sockets: number;
  /** What each socket is, by its inode: `tcp 127.0.0.1:40112 to 127.0.0.1:6443 ESTABLISHED`. */
  readonly socketNames: ReadonlyMap<string, string>;
  readonly threads: number;
  readonly residentOctets: number;
}

export function gaugesOf(pid: number): ProcessGauges {
  const folder = `/proc/${pid}/fd`;
  const handles = readdirSync(folder);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const number = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? Number.NaN);
  const links = handles.map((name) => linkOf(`${folder}/${name}`));
  const inodes = links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
  const table = socketsByInode(pid);
  return {
    handles: handles.length,
    sockets: inodes.length,
    socketNames: new Map(inodes.map((inode) => [inode, table.get(inode) ?? "of another kind"])),
    threads: number("Threads"),
    residentOctets: number("VmRSS") * 1024,
  };
}

/** Closed meanwhile: nothing. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** Growth of values taken at the same distance from each other, a step: least squares. */
export function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [above, below] = values.reduce(
    ([above, below], value, i) => [
      above + (i - middle) * (value - mean),
      below + (i - middle) ** 2,
    ],
    [0, 0],
  );
  return below === 0 ? 0 : above / below;
}
