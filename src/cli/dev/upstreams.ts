import { readFileSync } from "node:fs";
import { parseNameservers } from "../../upstream/resolv-conf.ts";
import type { Place } from "./free-place.ts";

export const RESOLV_CONF = "/etc/resolv.conf";

/** Who is asked for all other names: the system's servers, as the file has them, and never this one itself. */
export function upstreamsOf(place: Place, path: string = RESOLV_CONF): readonly string[] {
  let servers: readonly string[];
  try {
    servers = parseNameservers(readFileSync(path, "utf8"));
  } catch {
    return [];
  }
  const others = servers.filter((address) => address !== place.address || place.port !== 53);
  if (others.length < servers.length) return others;
  return servers.length === 0 ? [] : [path];
}
