import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { Target } from "./target.ts";

/**
 * Whether an upstream would be this very server block: a resolv.conf may name it, for that is how programs of the machine
 * come to it.
 * @param addresses of the machine's interfaces
 */
export function isOwnServerBlock(
  { host, port }: Pick<Target, "host" | "port">,
  { settings, serverLabel }: Pick<PluginContext, "settings" | "serverLabel">,
  addresses: readonly string[] = ofThisMachine(),
): boolean {
  if (port !== portOf(serverLabel)) return false;
  const own = settings.listenOn.filter((address) => isIP(address) !== 0);
  if (own.length > 0) return own.includes(host);
  return host.startsWith("127.") || host === "::1" || addresses.includes(host);
}

/** `dns://127.0.0.1:53`, `dns://:1053` */
function portOf(serverLabel: string): number {
  return Number(serverLabel.slice(serverLabel.lastIndexOf(":") + 1));
}

function ofThisMachine(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => address),
  );
}
