import type { Duplex } from "node:stream";
import type { Name } from "../../dns/name.ts";
import { defineCapability } from "./capability.ts";

/** Who takes connections: an endpoint of a Service that is ready. */
export interface ConnectionEndpoint {
  /** Canonical text. */
  readonly address: string;
  readonly port: number;
  /** The Pod that it is; undefined for one that is none. */
  readonly pod: { readonly namespace: string; readonly name: string } | undefined;
}

/** A port that clients connect to. */
export interface ConnectionPort {
  readonly port: number;
  /** Lower case: tcp, udp, sctp. */
  readonly protocol: string;
  /** Those that are ready. */
  readonly endpoints: readonly ConnectionEndpoint[];
}

/** What an address of the cluster stands for: a Service by its ClusterIP, or an endpoint of one. */
export interface ConnectionTarget {
  /** The same after a restart, and as long as the cluster has it: "shop/web", "data/kafka/kafka-0". */
  readonly name: string;
  /** Its ports as they are now; none once it is gone. */
  ports(): readonly ConnectionPort[];
}

/** A cluster that connections are made to from outside of its network. */
export interface ClusterConnections {
  /** Zones of names, without those of addresses. */
  readonly zones: readonly Name[];
  /**
   * Says that it will be asked; to be called in `connect`.
   * @returns why nothing can be connected to, if that is so: an option that is in the way
   */
  begin(): string | undefined;
  /** Undefined if the address is nobody's. */
  targetAt(address: string): ConnectionTarget | undefined;
  /** Calls `listener` after each change of the cluster. @returns ends that */
  onChange(listener: () => void): () => void;
  /**
   * Opens a connection to a port of a Pod. It may turn out later that nobody listens there: then the stream ends with an
   * error whose `isUnconnected` is true. The end of writing is not passed on.
   * @throws {Error} whose message says why there is no way, not fit to print as it is
   */
  dial(pod: { readonly namespace: string; readonly name: string }, port: number): Promise<Duplex>;
}

/** Offered by *kubernetes*, used by *connect*. */
export const clusterConnections = defineCapability<ClusterConnections>("cluster connections");
