import type { ClusterObject, Kind, ObjectKey } from "../../cluster-source.ts";

/** What a watch says, thinned to what DNS needs. */
export type WatchEvent = PutEvent | DeletedEvent | BookmarkEvent | ErrorEvent | UnreadableEvent;

/** An object is new or has changed: ADDED and MODIFIED. */
export interface PutEvent {
  readonly type: "PUT";
  readonly object: ClusterObject;
  /** "" if the object has none, which an API server's always have. */
  readonly resourceVersion: string;
}

export interface DeletedEvent {
  readonly type: "DELETED";
  readonly kind: Kind;
  readonly key: ObjectKey;
  readonly resourceVersion: string;
}

/** All events up to this version have been told of. */
export interface BookmarkEvent {
  readonly type: "BOOKMARK";
  readonly resourceVersion: string;
  /** All objects that existed when the watch began have been told of. */
  readonly endsInitialEvents: boolean;
}

/** The server ends the watch, and says why. */
export interface ErrorEvent {
  readonly type: "ERROR";
  readonly status: ApiStatus;
}

/**
 * An event, or an object of a list, that makes no sense. Those after it may. The object may well
 * be as senseless in the next list.
 */
export interface UnreadableEvent {
  readonly type: "UNREADABLE";
  /** `spec.ports: a string is not a list` */
  readonly reason: string;
  /** Undefined if not even that can be read. */
  readonly key: ObjectKey | undefined;
  /** "" if it cannot be read. */
  readonly resourceVersion: string;
}

/** meta.v1.Status: why the API server does not do what it has been asked for. */
export interface ApiStatus {
  /** As of HTTP; 0 if the body does not say. */
  readonly code: number;
  /** One word, for programs: `Expired`, `Forbidden`; "" if there is none. */
  readonly reason: string;
  /** A sentence, for people. */
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
  /** Reasons of details.causes, like `ResourceVersionTooLarge`. */
  readonly causes: readonly string[];
}
