/** Limits of a TCP listener; the times are CoreDNS's. */
export interface TcpLimits {
  /** From the connection to its first query, and from the first octet of a query to its last. */
  readonly readMs: number;
  /** Between queries. */
  readonly idleMs: number;
  /** For a client to take its replies. */
  readonly writeMs: number;
  /** From our FIN to the client's. */
  readonly lingerMs: number;
  readonly connections: number;
  readonly connectionsPerClient: number;
  /** Queries of one connection in work at once; further ones wait in the stream or the kernel. */
  readonly pipelined: number;
  /** Queries of one connection in all; then it is closed. */
  readonly queries: number;
}

export const DEFAULT_TCP_LIMITS: TcpLimits = {
  readMs: 3_000,
  idleMs: 10_000,
  writeMs: 5_000,
  lingerMs: 500,
  connections: 4_096,
  connectionsPerClient: 256,
  pipelined: 128,
  queries: Infinity,
};
