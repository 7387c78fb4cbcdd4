import { availableCpus } from "./available-cpus.ts";
import type { Libc } from "./native/libc.ts";
import { loadLibc } from "./native/libc.ts";
import { listenTcpNative } from "./native/tcp-native.ts";
import { listenUdpNative } from "./native/udp-native.ts";
import { listenTcp } from "./tcp.ts";
import type { Listener, ListenOptions } from "./transport.ts";
import { listenUdp } from "./udp.ts";
import type { UdpSettings } from "./udp-settings.ts";
import { defaultThreads } from "./udp-settings.ts";

/** Opens sockets one way or the other. */
export type ListenBy = (options: ListenOptions) => Promise<Listener>;

export interface UdpChoice {
  readonly listen: ListenBy;
  /** TCP goes the same way: who wants no system calls of ours wants none there either. */
  readonly listenTcp: ListenBy;
  /** Why it is node:dgram, where that was not asked for. */
  readonly note?: string;
}

const BY_NODE: UdpChoice = { listen: listenUdp, listenTcp };

/**
 * Decides how to serve UDP, and TCP with it.
 * @param sockets how many addresses and ports are served
 * @throws {Error} if the Corefile insists on what cannot be
 */
export async function chooseUdp(
  { implementation, threads, sockets: wanted }: UdpSettings,
  sockets: number,
  load: () => Promise<Libc> = loadLibc,
): Promise<UdpChoice> {
  if (implementation === "node") return BY_NODE;
  let libc: Libc;
  try {
    libc = await load();
  } catch (cause) {
    const reason = (cause as Error).message;
    if (implementation === "native") throw new Error(`cannot use native UDP: ${reason}`, { cause });
    return { ...BY_NODE, note: `UDP goes by node:dgram: ${reason}` };
  }
  return {
    listen(options) {
      const hasMemory = options.responder !== undefined;
      const count = threads ?? defaultThreads(availableCpus(), sockets, hasMemory);
      return listenUdpNative(libc, options, {
        count,
        sockets: wanted,
        whenBusy: threads === undefined,
      });
    },
    listenTcp: (options) => listenTcpNative(libc, options),
  };
}
