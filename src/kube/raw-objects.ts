/*
 * Objects as the API has them, looked at once for somebody who asks: what is watched is thinned to what DNS
 * needs, and so cannot say why a Pod is not ready. Nothing of it is kept.
 */

/** JSON of an object, of which nothing is known before it is looked at. Lists leave out `kind` and `apiVersion`. */
export type RawObject = Readonly<Record<string, unknown>>;

export type RawKind = "Namespace" | "Service" | "EndpointSlice" | "Pod";

export interface RawWanted {
  readonly kind: RawKind;
  /** "" for Namespaces. */
  readonly namespace: string;
  /** The one of that name. */
  readonly name?: string | undefined;
  /** Those that a label selector of the Kubernetes API takes. */
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

export interface RawFailure {
  /**
   * `forbidden`: a right is missing. `away`: there is no way to the API server. `late`: no answer in time. `failed`: anything
   * else.
   */
  readonly code: "forbidden" | "away" | "late" | "failed";
  /** Without a full stop; may have words of the API server, not fit to print as they are. */
  readonly text: string;
  /** If a right is missing. */
  readonly right?: MissingRight;
}

export type RawRead =
  | {
      readonly objects: readonly RawObject[];
      /** Whether these are all. */
      readonly isWhole: boolean;
      readonly failure?: undefined;
    }
  | { readonly failure: RawFailure };

/** More are not read: who asks wants to see a few. */
export const MAX_RAW_OBJECTS = 500;

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Whether there can be such a thing at all: names come from queries, and go into paths. */
export function canBeThere({ namespace, name }: RawWanted): boolean {
  return [namespace, name ?? ""].every((text) => text === "" || NAME.test(text));
}

export function rawFailure(code: RawFailure["code"], text: string): RawRead {
  return { failure: { code, text } };
}
