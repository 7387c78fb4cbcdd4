/** How a query came in. */
export type TransportName = "udp" | "tcp" | "tls" | "https";

/** The replies of a socket that wait for the network. */
export interface Outbox {
  /** Whether one more would push out another one, or be lost itself. */
  readonly isFull: boolean;
  /** Is told of replies that were lost. */
  onDropped: ((count: number) => void) | undefined;
}

/** Replies that an outbox has room for; CoreDNS's figure. */
export const OUTBOX_REPLIES = 1_024;

/** Whoever sent a query, and the way back to them. Made by a transport, one for each query. */
export interface Client {
  readonly transport: TransportName;
  /** The client's address, without zone or brackets: `192.0.2.1`, `2001:db8::1`. */
  readonly address: string;
  readonly port: number;
  /** The address and port the query was sent to, as far as the transport knows. */
  readonly localAddress: string;
  readonly localPort: number;
  /** Largest reply in octets that the transport can carry. */
  readonly maxReplyOctets: number;
  /** Idle time-out to tell a client that sends EDNS keepalive (RFC 7828); 0 where there is none. */
  readonly keepaliveMs: number;
  /** Where replies wait for the network, with those to others; undefined for streams. */
  readonly outbox?: Outbox | undefined;
  /**
   * Sends a reply, or one message of it; never throws. The octets are the transport's from here on.
   * @param isLast whether that is all of the reply; it is if this is left out
   */
  send(reply: Buffer, isLast?: boolean): void;
  /**
   * Resolves when there is room for one more message of a reply with many, to be sent soon: others wait for that.
   * Absent where a reply is one message.
   * @returns false if nobody is there any more
   */
  room?(): Promise<boolean>;
  /** Ends the query without a reply. Each query ends with one `send` of the last message, or `drop`. */
  drop(): void;
}
