import type { Position } from "../../corefile/corefile-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Name } from "../../dns/name.ts";
import type { Admission } from "../contract/admission.ts";
import type { View } from "../contract/view.ts";
import type { Instance, Next } from "../contract/plugin.ts";
import type { RepeatObserver } from "../contract/repeat-observer.ts";

/** A server block at work. */
export interface ServingBlock {
  readonly zones: readonly Name[];
  /** Where it begins in the Corefile; undefined for none that stands in one. */
  readonly at: Position | undefined;
  /** Its plugins' `serve` functions, composed. */
  readonly chain: Next;
  /** The same, writing down in `query.trace` what each does. */
  readonly tracedChain: Next;
  /** Judges its queries before all else; undefined if nobody does. */
  readonly open: NonNullable<Instance["open"]> | undefined;
  /** What it takes besides common questions. */
  readonly accepts: ReadonlySet<Admission>;
  /** Which of a client's EDNS options somebody passes on; undefined for none. */
  readonly passesOption: ((code: number) => boolean) | undefined;
  /** Which queries it is for; all, if undefined. */
  readonly view: View | undefined;
  /** Whether none of its instances so much as looks at queries: it refuses them all. */
  readonly isEmpty: boolean;
  /** The most octets of a reply over UDP, and what OPT says of it. */
  readonly maxUdpOctets: number;
  /** Those of its instances that want to see each query's outcome. */
  readonly observers: readonly Observer[];
  /** How its replies may be repeated; undefined if they may not. */
  readonly repeat: Repeat | undefined;
  /** Queries that wait for a promise. */
  inFlight: number;
}

/** Whether somebody answers queries here, or sees them at least. */
export function isServing(instance: Instance): boolean {
  return instance.serve !== undefined || instance.observe !== undefined;
}

export type Observer = NonNullable<Instance["observe"]>;

/** What it takes to repeat a reply of a block. */
export interface Repeat {
  /** Whether addresses are to come in another order each time. */
  readonly rotates: boolean;
  /** Those to tell of queries for a name that are answered so. */
  observers(qname: Name): readonly RepeatObserver[];
}

/** What all of the instances say of a query; undefined if none ever says anything. */
export function openOf(instances: readonly Instance[]): Instance["open"] {
  const opening = instances.filter((instance) => instance.open !== undefined);
  if (opening.length === 0) return undefined;
  return (query, packet) => {
    for (const instance of opening) {
      const rcode = instance.open?.(query, packet) ?? Rcode.NOERROR;
      if (rcode !== Rcode.NOERROR) return rcode;
    }
    return Rcode.NOERROR;
  };
}

/** Whether any of the instances passes a client's option on; undefined if none ever does. */
export function passesOptionOf(
  instances: readonly Instance[],
): ((code: number) => boolean) | undefined {
  const passing = instances.filter((instance) => instance.passesOption !== undefined);
  if (passing.length === 0) return undefined;
  return (code) => passing.some((instance) => instance.passesOption?.(code));
}

/** Safe by default: what no instance has said anything of is not repeated. */
export function repeatOf(instances: readonly Instance[]): Repeat | undefined {
  if (!instances.every(isRepeatable)) return undefined;
  if (!instances.some((instance) => instance.serve !== undefined)) return undefined;
  return {
    rotates: instances.some(({ passable }) => passable === "rotated"),
    observers: (qname) => instances.flatMap((instance) => instance.observeRepeats?.(qname) ?? []),
  };
}

function isRepeatable(instance: Instance): boolean {
  const { passable = false } = instance;
  const isPassable = instance.serve === undefined || passable !== false;
  return isPassable && (instance.observe === undefined || instance.observeRepeats !== undefined);
}
