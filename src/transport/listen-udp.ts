import { availableCpus } from "./available-cpus.ts";
import type { Libc } from "./native/libc.ts";
import { loadLibc } from "./native/libc.ts";
import { listenUdpNative } from "./native/udp-native.ts";
import type { Listener, ListenOptions } from "./transport.ts";
import { listenUdp } from "./udp.ts";
import type { UdpSettings } from "./udp-settings.ts";
import { defaultThreads } from "./udp-settings.ts";

/** Opens UDP sockets one way or the other. */
export type ListenUdp = (options: ListenOptions) => Promise<Listener>;

export interface UdpChoice {
  readonly listen: ListenUdp;
  /** Why it is node:dgram, where that was not asked for. */
  readonly note?: string;
}

/**
 * Decides how to serve UDP.
 * @param sockets how many addresses and ports are served
 * @throws {Error} if the Corefile insists on what cannot be
 */
export async function chooseUdp(
  { implementation, threads }: UdpSettings,
  sockets: number,
  load: () => Promise<Libc> = loadLibc,
): Promise<UdpChoice> {
  if (implementation === "node") return { listen: listenUdp };
  let libc: Libc;
  try {
    libc = await load();
  } catch (cause) {
    const reason = (cause as Error).message;
    if (implementation === "native") throw new Error(`cannot use native UDP: ${reason}`, { cause });
    return { listen: listenUdp, note: `UDP goes by node:dgram: ${reason}` };
  }
  return {
    listen(options) {
      const hasMemory = options.responder !== undefined;
      const count = threads ?? defaultThreads(availableCpus(), sockets, hasMemory);
      return listenUdpNative(libc, options, count);
    },
  };
}
