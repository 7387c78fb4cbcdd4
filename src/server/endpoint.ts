import { CorefileError } from "../corefile/corefile-error.ts";
import { Name } from "../dns/name.ts";
import { joinConfiguredTcp } from "./contract/configured-tcp.ts";
import { joinConfiguredUdp } from "./contract/configured-udp.ts";
import type { Token } from "../corefile/directive.ts";
import type { ServerKey } from "../corefile/server-block.ts";
import type { ConfiguredTcp } from "./contract/configured-tcp.ts";
import type { ConfiguredUdp } from "./contract/configured-udp.ts";
import type { BlockSettings } from "./contract/plugin.ts";
import { expandListenAddresses } from "./listen-addresses.ts";
import type { Observer, ServingBlock } from "./pipeline/serving-block.ts";
import { ZoneRouter } from "./pipeline/zone-router.ts";

export interface Endpoint {
  /** The first server key that it is for. */
  readonly at: Token;
  /** "" for all addresses. */
  readonly address: string;
  readonly port: number;
  readonly router: ZoneRouter<ServingBlock>;
  /** Told of queries that come here and that no server block takes. */
  unserved: readonly Observer[];
  /** What its server blocks want of UDP. */
  udp: ConfiguredUdp;
  /** What they want of connections. */
  tcp: ConfiguredTcp;
}

export function listenAt(
  key: ServerKey,
  settings: BlockSettings,
  block: ServingBlock,
  defaultPort: number,
  endpoints: Map<string, Endpoint>,
): Endpoint[] {
  const port = key.port ?? defaultPort;
  const addresses = expandListenAddresses(settings.listenOn, settings.listenExcept);
  return (addresses.length === 0 ? [""] : addresses).map((chosen) => {
    // Both are all addresses of both families: two sockets would share the queries by chance.
    const address = chosen === "::" ? "" : chosen;
    const id = `${address}|${port}`;
    const endpoint = endpoints.get(id) ?? newEndpoint(key, address, port);
    endpoint.udp = joinConfiguredUdp(endpoint.udp, settings.udp);
    endpoint.tcp = joinConfiguredTcp(endpoint.tcp, settings.tcp);
    endpoints.set(id, endpoint);
    try {
      endpoint.router.add(Name.parse(key.zone), block);
    } catch (cause) {
      const where = `${address || "all addresses"} port ${port}`;
      throw new CorefileError(key.at, `${(cause as Error).message} on ${where}`);
    }
    return endpoint;
  });
}

function newEndpoint({ at }: ServerKey, address: string, port: number): Endpoint {
  const router = new ZoneRouter<ServingBlock>(({ view }) => view);
  return { at, address, port, router, unserved: [], udp: {}, tcp: {} };
}
