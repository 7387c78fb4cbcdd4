import type { ListenBy } from "./listen-udp.ts";
import { listenTcp } from "./tcp.ts";
import type { Listener, ListenOptions } from "./transport.ts";
import { listenUdp } from "./udp.ts";

/** A free port of UDP may be taken on TCP, so port 0 is tried some times. */
const ATTEMPTS = 10;

/** UDP and TCP on one port; with port 0, TCP takes the port that UDP was given. */
export async function listenBoth(
  options: ListenOptions,
  udpBy: ListenBy = listenUdp,
  tcpBy: ListenBy = listenTcp,
): Promise<[Listener, Listener]> {
  for (let attempt = 1; ; attempt++) {
    const udp = await udpBy(options);
    try {
      return [udp, await tcpBy({ ...options, port: udp.port })];
    } catch (error) {
      await udp.close();
      if (options.port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}
