import type { Name } from "../dns/name.ts";
import type { Instance, Next } from "./plugin.ts";

/** A server block at work. */
export interface ServingBlock {
  readonly zones: readonly Name[];
  /** Its plugins' `serve` functions, composed. */
  readonly chain: Next;
  /** Those of its instances that want to see each query's outcome. */
  readonly observers: readonly Observer[];
  /** Queries that wait for a promise. */
  inFlight: number;
}

export type Observer = NonNullable<Instance["observe"]>;
