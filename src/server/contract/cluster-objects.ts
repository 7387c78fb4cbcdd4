import { defineCapability } from "./capability.ts";

/** JSON of an object of the API, of which nothing is known before it is looked at: see `raw-field.ts`. */
export type RawObject = Readonly<Record<string, unknown>>;

export interface ObjectsWanted {
  readonly kind: "Namespace" | "Service" | "EndpointSlice" | "Pod";
  /** "" for Namespaces. */
  readonly namespace: string;
  /** The one of that name. */
  readonly name?: string | undefined;
  /** Those that a label selector of the Kubernetes API takes: `app=web,tier!=test`. */
  readonly labels?: string | undefined;
}

/** A right that is missing, in the words of Kubernetes' RBAC. */
export interface MissingRight {
  readonly verb: "list";
  /** "pods" */
  readonly resource: string;
  /** API group; "" for the first one. */
  readonly group: string;
  /** "" for all. */
  readonly namespace: string;
  /** Who lacks it, as the API server says; undefined if it does not. */
  readonly user: string | undefined;
}

/** Why nothing could be seen. */
export interface ObjectsFailure {
  /**
   * `forbidden`: a right is missing. `away`: there is no way to the cluster. `late`: no answer in time. `failed`: anything else.
   */
  readonly code: "forbidden" | "away" | "late" | "failed";
  /** Without a full stop; may have words of others, not fit to print as they are. */
  readonly text: string;
  /** If a right is missing. */
  readonly right?: MissingRight;
}

export type ObjectsRead =
  | {
      readonly objects: readonly RawObject[];
      /** Whether these are all: no more than 500 are read, nor any after the deadline. */
      readonly isWhole: boolean;
      readonly failure?: undefined;
    }
  | { readonly failure: ObjectsFailure };

/** What was seen; nothing if nothing could be. */
export function objectsIn(read: ObjectsRead | undefined): readonly RawObject[] {
  return read === undefined || read.failure ? [] : read.objects;
}

/**
 * The cluster's objects as its API has them, read once for people who ask why: the index keeps only what DNS needs.
 * Nothing is watched or kept, and what the configuration hides is read as well.
 */
export interface ClusterObjects {
  /**
   * Never rejects.
   * @param deadlineMs on the clock of `performance.now()`; what has been read by then is what there is
   */
  read(wanted: ObjectsWanted, deadlineMs: number): Promise<ObjectsRead>;
}

/** Offered by *kubernetes*, used by `portolan explain`. */
export const clusterObjects = defineCapability<ClusterObjects>("cluster objects");
