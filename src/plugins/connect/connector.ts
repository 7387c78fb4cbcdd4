import type { Socket } from "node:net";
import type { Logger } from "../../observe/log.ts";
import type { ConnectionEndpoint } from "../../server/contract/cluster-connections.ts";
import { describeEndpoint, openEndpoint, reasonOf } from "./endpoint-connection.ts";
import type { ConnectMetrics } from "./metrics.ts";
import type { Place } from "./place.ts";
import { Relay } from "./relay.ts";

/** More endpoints are not tried for one connection. */
const MAX_TRIES = 3;
const MAX_SAID = 1_000;

export interface ConnectorParts {
  readonly log: Logger;
  readonly metrics: ConnectMetrics;
  readonly maxConnections: number;
}

/** Leads those who connect to a name's port to an endpoint that is ready. */
export class Connector {
  readonly #parts: ConnectorParts;
  /** Failures that have been said, until the name's port works again. */
  readonly #said = new Map<string, string>();
  /** Names' ports that somebody has been led to, until one cannot be. */
  readonly #reached = new Set<string>();
  #turn = 0;

  constructor(parts: ConnectorParts) {
    this.#parts = parts;
  }

  /** Never rejects; the socket has been ended by then. */
  async lead(place: Place, number: number, socket: Socket): Promise<void> {
    const { metrics, maxConnections } = this.#parts;
    const name = `"${place.name}" port ${number}`;
    if (metrics.open.value >= maxConnections) {
      metrics.refused.value++;
      this.#say(name, `${maxConnections} connections are open already ("connections")`);
      return void socket.resetAndDestroy();
    }
    metrics.open.value++;
    try {
      await this.#try(name, place, number, socket);
    } finally {
      metrics.open.value--;
    }
  }

  async #try(name: string, place: Place, number: number, socket: Socket): Promise<void> {
    const { cluster } = place.destination;
    let reason = "nobody is ready behind it";
    let whose = "";
    const relay = new Relay(socket, () => this.#reach(name, whose));
    for (const endpoint of this.#inTurn(place.portOf(number)?.endpoints ?? [])) {
      const who = describeEndpoint(endpoint);
      const upstream = await openEndpoint(cluster, endpoint).catch((error: unknown) => {
        reason = `${who}: ${reasonOf(error)}`;
      });
      if (!upstream) continue;
      whose = who;
      const failure = await relay.carry(upstream);
      if (failure === undefined || relay.isBound) return this.#carried(name, who, failure);
      reason = `${who}: ${reasonOf(failure)}`;
    }
    this.#parts.metrics.failed.value++;
    this.#say(name, reason);
    socket.resetAndDestroy();
  }

  /** @param failure what broke it, if anything did */
  #carried(name: string, who: string, failure: Error | undefined): void {
    const { metrics, log } = this.#parts;
    metrics.connected.value++;
    this.#said.delete(name);
    const end = failure === undefined ? "has ended" : `broke: ${reasonOf(failure)}`;
    log.debug(`Connection to ${name}, ${who}, ${end}`);
  }

  /** The first connection is worth a line. */
  #reach(name: string, who: string): void {
    if (this.#reached.has(name)) return;
    if (this.#reached.size >= MAX_SAID) this.#reached.clear();
    this.#reached.add(name);
    this.#parts.log.info(`Connected to ${name}: ${who}`);
  }

  /** Each connection begins with another endpoint, and has some more to try. */
  #inTurn(endpoints: readonly ConnectionEndpoint[]): readonly ConnectionEndpoint[] {
    const first = this.#turn++ % Math.max(1, endpoints.length);
    return [...endpoints.slice(first), ...endpoints.slice(0, first)].slice(0, MAX_TRIES);
  }

  #say(name: string, reason: string): void {
    if (this.#said.get(name) === reason) return;
    this.#reached.delete(name);
    if (this.#said.size >= MAX_SAID) this.#said.clear();
    this.#said.set(name, reason);
    this.#parts.log.warn(`Cannot connect to ${name}: ${reason}`);
  }
}
