import { tokenError } from "../../corefile/directive.ts";
import type { ServerKey } from "../../corefile/server-block.ts";
import type { ConfiguredTcp } from "../../server/contract/configured-tcp.ts";

type Limit = keyof ConfiguredTcp;

/** What CoreDNS 1.15.0 does with them; a limit of a connection over TCP is none of QUIC or HTTP. */
const EFFECTIVE: Readonly<Record<string, readonly Limit[]>> = {
  dns: ["readMs", "writeMs", "idleMs", "queries"],
  tls: ["readMs", "writeMs", "idleMs", "queries"],
  https: ["readMs", "writeMs", "idleMs"],
  https3: ["idleMs"],
  quic: ["readMs", "idleMs"],
  grpc: [],
};

/** @throws {CorefileError} for a limit that no server of the block could have. */
export function refuseWithoutEffect(limits: ConfiguredTcp, keys: readonly ServerKey[]): void {
  const schemes = [...new Set(keys.map(({ scheme }) => scheme))];
  const effective = new Set(schemes.flatMap((scheme) => EFFECTIVE[scheme] ?? []));
  for (const limit of ["readMs", "writeMs", "idleMs", "queries"] as const) {
    const said = limits[limit];
    if (!said || effective.has(limit)) continue;
    const servers = schemes.map((scheme) => `${scheme}://`).join(" ");
    throw tokenError(said.at, `cannot use "${said.at.text}": it has no effect for ${servers}`);
  }
}
