/** A port that cannot be opened, and where. */
export interface ClosedPort {
  /** The system's word. */
  readonly code: string;
  readonly port: number;
  readonly address: string;
  /** The range that addresses are from. */
  readonly range: string;
  readonly platform?: NodeJS.Platform;
}

const FIRST_FREE_PORT = 1_024;

/** Why a port is not open, and what the user can do about it. */
export function portRemedy(of: ClosedPort): string {
  const { code, port, address, range, platform = process.platform } = of;
  if (code === "EACCES" && port < FIRST_FREE_PORT) return withoutRights(platform);
  if (code === "EADDRINUSE")
    return `another program has it; free it, or choose another "range" than ${range}`;
  if (code === "EADDRNOTAVAIL") return withoutAddress(address, platform);
  if (code === "EMFILE" || code === "ENFILE")
    return 'too many ports and files are open; "ulimit -n" says how many there may be';
  return code;
}

function withoutRights(platform: NodeJS.Platform): string {
  const why = `ports below ${FIRST_FREE_PORT} are for root here`;
  if (platform === "linux") {
    return `${why}; let all users have them with "sudo sysctl net.ipv4.ip_unprivileged_port_start=0"`;
  }
  return `${why}; start it with "sudo"`;
}

function withoutAddress(address: string, platform: NodeJS.Platform): string {
  const why = "this machine has no such address";
  return platform === "darwin"
    ? `${why}; add it with "sudo ifconfig lo0 alias ${address} up"`
    : why;
}
