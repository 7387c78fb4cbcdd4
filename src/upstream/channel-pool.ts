import type { Cell } from "../observe/metrics.ts";
import type { Carrier } from "./exchange.ts";
import type { UpstreamError } from "./upstream-error.ts";

/** The sockets of one protocol to one upstream. Nothing is opened before the first exchange. */
export interface ChannelPool extends Carrier {
  /** Closes all sockets; what waits on them fails with `error`. */
  destroy(error: UpstreamError): void;
}

export interface PoolLimits {
  /** The upstream's address and port, for messages. */
  readonly to: string;
  /** A socket idle for longer is closed. */
  readonly expireMs: number;
  /** A socket older than this is not used again; 0 for any age. */
  readonly maxAgeMs: number;
  /** Sockets kept open for later queries; 0 leaves that to the pool. */
  readonly maxIdle: number;
}

/** Counts how often an open socket was there, and how often a new one was needed. */
export interface PoolCells {
  readonly hits: Cell;
  readonly misses: Cell;
}
