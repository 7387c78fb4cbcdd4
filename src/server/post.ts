import type { Logger } from "../observe/log.ts";
import { tokenError } from "../corefile/directive.ts";
import { listenBoth } from "../transport/listen-both.ts";
import type { UdpChoice } from "../transport/listen-udp.ts";
import { chooseUdp } from "../transport/listen-udp.ts";
import type { Listener } from "../transport/transport.ts";
import type { Endpoint } from "./configuration.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { UdpWish } from "./udp-wish.ts";
import { udpSettings } from "./udp-wish.ts";

/** An address and port at work: two sockets and what they hand their packets to. */
export interface Post {
  readonly dispatcher: Dispatcher;
  readonly listeners: readonly Listener[];
  /** What its sockets were opened for. */
  readonly udp: UdpWish;
}

/**
 * Opens an address and port.
 * @param posts how many there will be
 * @throws {CorefileError} if the Corefile wants of UDP what cannot be
 */
export async function openPost(endpoint: Endpoint, posts: number, log: Logger): Promise<Post> {
  const { address, port, router, udp } = endpoint;
  const dispatcher = new Dispatcher(router);
  const { listen, note } = await choose(udp, posts);
  if (note !== undefined) sayOnce(note, log);
  const options = {
    address,
    port,
    receive: dispatcher.receive,
    onTrouble: (message: string) => log.error(message),
  };
  return { dispatcher, listeners: await listenBoth(options, listen), udp };
}

async function choose(udp: UdpWish, posts: number): Promise<UdpChoice> {
  try {
    return await chooseUdp(udpSettings(udp), posts);
  } catch (error) {
    if (!udp.implementation) throw error;
    throw tokenError(udp.implementation.at, (error as Error).message);
  }
}

const said = new Set<string>();

function sayOnce(note: string, log: Logger): void {
  if (said.has(note)) return;
  said.add(note);
  log.info(note);
}
