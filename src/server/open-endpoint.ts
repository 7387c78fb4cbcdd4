import type { Logger } from "../observe/log.ts";
import { tokenError } from "../corefile/directive.ts";
import { listenBoth } from "../transport/listen-both.ts";
import type { ListenBy, UdpChoice } from "../transport/listen-udp.ts";
import { chooseUdp } from "../transport/listen-udp.ts";
import type { TcpLimits } from "../transport/tcp-limits.ts";
import { DEFAULT_TCP_LIMITS } from "../transport/tcp-limits.ts";
import type { Listener } from "../transport/transport.ts";
import type { Endpoint } from "./endpoint.ts";
import { Dispatcher } from "./pipeline/dispatcher.ts";
import type { AnswerTable } from "./table/answer-table.ts";
import { EndpointTable } from "./table/endpoint-table.ts";
import type { StreamSender } from "./pipeline/stream-sender.ts";
import type { WaitingQueries } from "./pipeline/waiting-queries.ts";
import { withConfigured } from "./contract/configured-tcp.ts";
import type { ConfiguredUdp } from "./contract/configured-udp.ts";
import { udpSettings } from "./contract/configured-udp.ts";

type Place = Pick<Endpoint, "address" | "port">;

/** An address and port at work: two sockets and what they hand their packets to. */
export interface OpenEndpoint {
  readonly place: Place;
  readonly dispatcher: Dispatcher;
  readonly table: EndpointTable | undefined;
  readonly listeners: readonly Listener[];
  /** What its sockets were opened for. */
  readonly udp: ConfiguredUdp;
  /** Those of its connections; a reload changes them in place. */
  readonly tcpLimits: TcpLimits;
}

/** Whether both may be asked at the same address. */
export function overlap(a: Place, b: Place): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return a.address === b.address || isWildcard(a.address) || isWildcard(b.address);
}

function isWildcard(address: string): boolean {
  return address === "" || address === "0.0.0.0";
}

/** What a post is opened with. */
export interface OpenEndpointParts {
  /** How many posts there will be. */
  readonly posts: number;
  /** Whether another one has the port, and addresses of this one are among its own or the other way. */
  readonly sharesPort: boolean;
  readonly log: Logger;
  readonly table: AnswerTable;
  readonly waiting: WaitingQueries;
  readonly streams: StreamSender;
}

/**
 * Opens an address and port.
 * @throws {CorefileError} if the Corefile wants of UDP what cannot be
 */
export async function openEndpoint(
  endpoint: Endpoint,
  parts: OpenEndpointParts,
): Promise<OpenEndpoint> {
  const { address, port, router, udp } = endpoint;
  const { posts, log } = parts;
  const { listen, listenTcp, note } = await choose(udp, posts);
  if (note !== undefined) sayOnce(note, log);
  const table = EndpointTable.open(parts.table);
  const dispatcher = new Dispatcher(router, table, parts.waiting, parts.streams);
  dispatcher.unserved = endpoint.unserved;
  const repeats = router.blocks().some(({ repeat }) => repeat !== undefined);
  const options = {
    address,
    port,
    sharesPort: parts.sharesPort,
    receive: dispatcher.receive,
    onTrouble: (message: string) => log.error(message),
    responder: table,
    tcpLimits: withConfigured(DEFAULT_TCP_LIMITS, endpoint.tcp),
  };
  // Where nothing is repeated there is nothing that other threads could answer with.
  const listenUdp: ListenBy = (own) => listen(repeats ? own : { ...own, responder: undefined });
  try {
    return {
      place: endpoint,
      dispatcher,
      table,
      listeners: await listenBoth(options, listenUdp, listenTcp),
      udp,
      tcpLimits: options.tcpLimits,
    };
  } catch (error) {
    table?.close();
    throw error;
  }
}

/** Lets a post that stays have what another configuration says of it. */
export function takeOver(post: OpenEndpoint, endpoint: Endpoint): void {
  post.table?.renew();
  post.dispatcher.router = endpoint.router;
  post.dispatcher.unserved = endpoint.unserved;
  Object.assign(post.tcpLimits, withConfigured(DEFAULT_TCP_LIMITS, endpoint.tcp));
}

async function choose(udp: ConfiguredUdp, posts: number): Promise<UdpChoice> {
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
