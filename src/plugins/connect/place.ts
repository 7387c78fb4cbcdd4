import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { Name } from "../../dns/name.ts";
import type {
  ClusterConnections,
  ConnectionPort,
  ConnectionTarget,
} from "../../server/contract/cluster-connections.ts";

/** What may wait for a slow reader. */
const WINDOW_OCTETS = 256 << 10;

/** What stands behind an address of a cluster. */
export interface Destination {
  readonly target: ConnectionTarget;
  readonly cluster: ClusterConnections;
  /** The address, in the cluster. */
  readonly address: string;
}

/** A port that cannot be opened here, and the system's word for why. */
export interface PortFailure {
  readonly port: number;
  readonly code: string;
}

/**
 * A name of the cluster on this machine: an address of its own, and the ports that are open there. A port is open while
 * somebody is ready behind it, so that others are refused as a pod would see it.
 */
export class Place {
  readonly address: string;
  /** The same name for as long as it lives. */
  destination: Destination;
  /** When it was asked for last, on the clock of `performance.now()`. */
  askedMs = 0;
  /** Connections that are open. */
  connections = 0;
  /** The owner of the address that was asked for last. */
  owner: Name | undefined;
  readonly #onConnection: (place: Place, port: number, socket: Socket) => void;
  readonly #servers = new Map<number, Server>();
  /** Ports that could not be opened, and are not tried again as long as somebody is ready behind them. */
  readonly #failed = new Set<number>();

  constructor(
    address: string,
    destination: Destination,
    onConnection: (place: Place, port: number, socket: Socket) => void,
  ) {
    this.address = address;
    this.destination = destination;
    this.#onConnection = onConnection;
  }

  get name(): string {
    return this.destination.target.name;
  }

  get openPorts(): readonly number[] {
    return [...this.#servers.keys()];
  }

  /** The port with who is ready behind it; undefined if there is nobody. */
  portOf(number: number): ConnectionPort | undefined {
    return this.destination.target.ports().find((one) => one.port === number && isServed(one));
  }

  /**
   * Opens and closes ports as the cluster has them now.
   * @returns those that could not be opened; of others than the first time, only new ones
   */
  async update(): Promise<readonly PortFailure[]> {
    const wanted = new Set(
      this.destination.target
        .ports()
        .filter(isServed)
        .map(({ port }) => port),
    );
    for (const [port, server] of this.#servers) {
      if (wanted.has(port)) continue;
      this.#servers.delete(port);
      server.close();
    }
    for (const port of this.#failed) if (!wanted.has(port)) this.#failed.delete(port);
    const missing = [...wanted].filter(
      (port) => !this.#servers.has(port) && !this.#failed.has(port),
    );
    const failures = await Promise.all(missing.map((port) => this.#open(port)));
    return failures.flatMap((failure) => failure ?? []);
  }

  /** Takes no more connections; those that are there go on. */
  close(): void {
    for (const server of this.#servers.values()) server.close();
    this.#servers.clear();
  }

  #open(port: number): Promise<PortFailure | undefined> {
    const { promise, resolve } = Promise.withResolvers<PortFailure | undefined>();
    const server = createServer({
      allowHalfOpen: true,
      pauseOnConnect: true,
      noDelay: true,
      highWaterMark: WINDOW_OCTETS,
    });
    server.on("connection", (socket) => this.#onConnection(this, port, socket));
    server.on("error", ({ code = "" }: NodeJS.ErrnoException) => {
      if (this.#servers.get(port) === server) this.#servers.delete(port);
      this.#failed.add(port);
      resolve({ port, code });
    });
    this.#servers.set(port, server);
    server.listen({ host: this.address, port, exclusive: true }, () => resolve(undefined));
    return promise;
  }
}

function isServed({ protocol, endpoints }: ConnectionPort): boolean {
  return protocol === "tcp" && endpoints.length > 0;
}
