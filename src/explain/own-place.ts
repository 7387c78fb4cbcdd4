import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Endpoint } from "../server/endpoint.ts";

/** Whether an upstream, `192.0.2.1:53`, is where this server itself listens. */
export function isOwnPlace(
  upstream: string,
  endpoints: Iterable<Pick<Endpoint, "address" | "port">>,
): boolean {
  const [, address = "", port = ""] = /^\[?([^\]]*)\]?:(\d+)$/.exec(upstream) ?? [];
  for (const endpoint of endpoints) {
    if (endpoint.port !== Number(port)) continue;
    const isAnywhere = ["", "0.0.0.0", "::"].includes(endpoint.address);
    if (isAnywhere ? isOfThisMachine(address) : endpoint.address === address) return true;
  }
  return false;
}

function isOfThisMachine(address: string): boolean {
  if (isIPv4(address) && address.startsWith("127.")) return true;
  const all = Object.values(networkInterfaces()).flatMap((own) => own ?? []);
  return all.some((own) => own.address === address);
}
