import type { Duplex } from "node:stream";

/** A TCP port of a Pod. */
export interface PodPort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/**
 * Opens a connection to a port of a Pod. Whether somebody listens there may be known later only: the stream then
 * ends with a `PodPortError`. What is written is sent at once; the end of writing is not passed on.
 */
export type PodDialer = (to: PodPort) => Promise<Duplex>;

/** The Pod's node could not connect, or the connection broke there. */
export class PodPortError extends Error {
  override readonly name = "PodPortError";
  /** Whether nothing has reached the Pod, so that another one may be asked the same. */
  readonly isUnconnected: boolean;

  /** @param text what the node says, not fit to print as it is */
  constructor(text: string) {
    super(text);
    this.isUnconnected = UNCONNECTED.test(text);
  }
}

/** In the words of container runtimes, whose own end with those of the kernel. */
const UNCONNECTED =
  /connection refused|failed to connect|dial tcp|no route to host|not running|not found|no such/i;
