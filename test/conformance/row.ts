import type { Socket } from "node:net";

/**
 * One probe of `docs/conformance.md`: what is sent, what must come of it, and the test that says
 * whether it does.
 */
export interface Row {
  /** As in the survey: `H01`, `T04`; a letter behind it for a neighbour: `H01a`. */
  readonly id: string;
  /** RFC and section: `8906 §8.1.1`; empty where no RFC says so. */
  readonly rfc: string;
  readonly probe: string;
  readonly expectation: string;
  /** What CoreDNS did: "met", "not met: ...", or "not measured". */
  readonly coredns: string;
  /** The kind of transport that it is about; all transports if left out. */
  readonly over?: "streams" | "datagrams";
  /** Sends the probe and throws where the expectation is not met. */
  readonly run: (on: Transport) => Promise<void>;
}

/** Rows that are asked of the same server. */
export interface Suite {
  readonly title: string;
  readonly rows: readonly Row[];
  /**
   * Starts the server that rows ask; a suite whose rows start their own has none.
   * @param directive of the transport, for one of the server's blocks
   */
  readonly start?: (directive: string) => Promise<Bench>;
}

/** A server to ask, and all that stands behind it. */
export interface Bench {
  readonly port: number;
  stop(): Promise<void>;
}

/** A way for packets to a server. */
export interface Transport {
  /** `UDP`. */
  readonly name: string;
  /** Octets of the longest reply that may come by it. */
  readonly maxReplyOctets: number;
  /** Whether the server may tell here for how long it keeps a connection (RFC 7828). */
  readonly isStream: boolean;
  /**
   * Sends one packet. Many may be under way at once if their ids differ.
   * @returns the reply with the packet's id; undefined if the connection ends or five seconds
   * pass without one.
   */
  readonly exchange: (packet: Buffer) => Promise<Buffer | undefined>;
  /** Replies that nobody waited for: there may be none. */
  readonly strays: readonly Buffer[];
  /** The same transport to another port of the loopback; whoever asks for it closes it. */
  readonly elsewhere: (port: number) => Promise<Transport>;
  /** A connection of its own, to do with as one likes. Streams only. */
  readonly connect: (localAddress?: string) => Socket;
  readonly close: () => void;
}

export interface TransportKind {
  /** `UDP`; several kinds may share one, which the document then has once. */
  readonly name: string;
  /** How the server is told to serve it, for a server block; empty for how it is by itself. */
  readonly directive: string;
  readonly isStream: boolean;
  /** Opens a transport to a port of the loopback. */
  readonly open: (port: number) => Promise<Transport>;
}
