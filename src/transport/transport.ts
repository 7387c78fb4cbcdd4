import { hostPort } from "../net/host-port.ts";
import type { Client } from "./client.ts";
import type { Responder } from "./responder.ts";
import type { TcpLimits } from "./tcp-limits.ts";

/** Takes a packet from a transport; must not throw. The packet is the receiver's to keep. */
export type Receive = (packet: Buffer, client: Client) => void;

/** A socket that queries come in by. */
export interface Listener {
  /** Address and port it is bound to. */
  readonly address: string;
  readonly port: number;
  /**
   * Takes nothing new from now on, where the transport can tell new from old; what has been
   * received can still be answered.
   */
  pause(): void;
  close(): Promise<void>;
  /** Only of those that count; sums since the listener was opened. */
  readonly statistics?: () => UdpStatistics;
}

/** What becomes of datagrams outside of any query. */
export interface UdpStatistics {
  readonly received: number;
  /** Answered from memory, without the dispatcher. */
  readonly answered: number;
  /** Queries that the responder threw on; the dispatcher has answered them. */
  readonly failed: number;
  /** Replies that the kernel refused to send. */
  readonly unsent: number;
  /** Queries lost because the dispatcher was slower than they came. */
  readonly overflowed: number;
  /** Queries that the kernel dropped because nobody read them in time. */
  readonly droppedByKernel: number;
  /** Room for queries that wait to be read. */
  readonly receiveBufferOctets: number;
  /** Threads that ended and have been replaced. */
  readonly threadDeaths: number;
}

/** Reports what goes wrong outside of any query. */
export type OnTrouble = (message: string) => void;

export interface ListenOptions {
  /** IPv4 or IPv6 address; "" for all addresses of both families. */
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /**
   * Whether another listener of this program has the port at overlapping addresses, so that it is
   * no hindrance: who asks one of the two is answered by that of the closer address. Any other
   * listener on the port is an error all the same.
   */
  readonly sharesPort?: boolean;
  readonly receive: Receive;
  readonly onTrouble: OnTrouble;
  /** Answers what it can before the dispatcher sees it, where the transport knows how to ask it. */
  readonly responder?: Responder | undefined;
  /** Of a listener for TCP; may be changed while it is at work. */
  readonly tcpLimits?: TcpLimits;
}

/** Whether Node can open several sockets for one port (SO_REUSEPORT) and have it do what is meant. */
export const CAN_SHARE_PORT: boolean = process.platform === "linux";

/** `::ffff:192.0.2.1`, as an IPv4 client looks on an IPv6 socket, without its prefix. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** The error of a failed bind, with what was tried. */
export function listenError(transport: string, options: ListenOptions, cause: unknown): Error {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  const reasons: Record<string, string> = {
    EADDRINUSE: "address already in use",
    EACCES: "permission denied: ports below 1024 need root or CAP_NET_BIND_SERVICE",
    EADDRNOTAVAIL: "this machine has no such address",
  };
  const reason = reasons[code] ?? (cause as Error).message;
  return new Error(
    `Cannot listen on ${transport} ${hostPort(options.address, options.port)}: ${reason}`,
    { cause },
  );
}
