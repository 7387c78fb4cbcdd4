import { isIP } from "node:net";

/**
 * Whether only programs of this machine reach it.
 * @param host a name or an address, as a URL has it or plain
 */
export function isLoopback(host: string): boolean {
  const name = plainAddress(host.replace(/^\[(.*)\]$/, "$1"));
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** `127.0.0.1` of `::ffff:127.0.0.1`. */
export function plainAddress(address: string): string {
  const v4 = address.toLowerCase().replace(/^::ffff:/, "");
  return isIP(v4) === 4 ? v4 : address.toLowerCase();
}
