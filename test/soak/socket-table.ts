import { readFileSync } from "node:fs";

const STATES = [
  "",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
];

/** Where the columns of a file of /proc/net have the inode. */
const INODE_COLUMN = 9;
const UNIX_INODE_COLUMN = 6;

/** What the sockets of a process's network are, by inode, as Linux shows them in /proc/net. */
export function socketsByInode(pid: number): Map<string, string> {
  const found = new Map<string, string>();
  for (const kind of ["tcp", "tcp6", "udp", "udp6"]) {
    for (const columns of rowsOf(`/proc/${pid}/net/${kind}`)) {
      const [, local = "", remote = "", state = ""] = columns;
      const name = STATES[Number.parseInt(state, 16)] ?? state;
      const text = `${kind} ${readable(local)} to ${readable(remote)} ${name}`;
      found.set(columns[INODE_COLUMN] ?? "", text);
    }
  }
  for (const columns of rowsOf(`/proc/${pid}/net/unix`)) {
    found.set(columns[UNIX_INODE_COLUMN] ?? "", `unix ${columns[UNIX_INODE_COLUMN + 1] ?? ""}`);
  }
  return found;
}

function rowsOf(path: string): string[][] {
  const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => line.trim().split(/\s+/));
}

/** `0100007F:0035` is 127.0.0.1:53: IPv4, and the last four octets of IPv6, low octet first. */
function readable(text: string): string {
  const [address = "", port = ""] = text.split(":");
  const octets = Buffer.from(address.slice(-8), "hex").toReversed();
  return `${[...octets].join(".")}:${Number.parseInt(port, 16)}`;
}
