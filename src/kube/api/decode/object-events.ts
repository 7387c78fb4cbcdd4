import type { ClusterObject, Kind } from "../../cluster-source.ts";
import type { MetadataDraft } from "./drafts.ts";
import { newMetadata } from "./drafts.ts";
import { MalformedError, reasonOf } from "./stream-error.ts";
import { keyOf } from "./thin.ts";
import type { ApiStatus, WatchEvent } from "./watch-event.ts";

/** Of a kind, in one of the encodings, which `T` holds. Throws if it makes no sense. */
export interface ObjectReader<T> {
  /** Reads the metadata alone. */
  readonly metadata: (source: T, metadata: MetadataDraft) => void;
  /** Fills the metadata, as far as it gets. */
  readonly object: (source: T, metadata: MetadataDraft) => ClusterObject;
}

/** @param type as the API server says it: ADDED, MODIFIED, DELETED, BOOKMARK */
export function objectEvent<T>(
  kind: Kind,
  type: string,
  source: T,
  reader: ObjectReader<T>,
): WatchEvent {
  switch (type) {
    case "ADDED":
    case "MODIFIED":
      return putEvent(kind, source, reader);
    case "DELETED":
      return deletedEvent(kind, source, reader);
    case "BOOKMARK":
      return bookmarkEvent(kind, source, reader);
    default:
      return unreadableEvent(`event type "${type}" is not known`);
  }
}

/** The object of an event must be of the kind that has been asked for. */
export function checkKind(found: string, kind: string): void {
  if (found !== kind) throw new MalformedError(`kind: "${found}" is not ${kind}`);
}

/** An error of which no more can be said. */
export function unknownStatus(message: string): ApiStatus {
  return { code: 0, reason: "", message, retryAfterSeconds: undefined, causes: [] };
}

export function putEvent<T>(kind: Kind, source: T, reader: ObjectReader<T>): WatchEvent {
  return orUnreadable(kind, (metadata) => {
    const object = reader.object(source, metadata);
    return { type: "PUT", object, resourceVersion: metadata.resourceVersion };
  });
}

function deletedEvent<T>(kind: Kind, source: T, reader: ObjectReader<T>): WatchEvent {
  return orUnreadable(kind, (metadata) => {
    reader.metadata(source, metadata);
    const key = keyOf(kind, metadata);
    return { type: "DELETED", kind, key, resourceVersion: metadata.resourceVersion };
  });
}

function bookmarkEvent<T>(kind: Kind, source: T, reader: ObjectReader<T>): WatchEvent {
  return orUnreadable(kind, (metadata) => {
    reader.metadata(source, metadata);
    const { resourceVersion, initialEventsEnd } = metadata;
    if (resourceVersion === "") throw new MalformedError("metadata.resourceVersion: is missing");
    return { type: "BOOKMARK", resourceVersion, endsInitialEvents: initialEventsEnd === "true" };
  });
}

/** Whatever goes wrong in one object stays with it. */
function orUnreadable(kind: Kind, read: (metadata: MetadataDraft) => WatchEvent): WatchEvent {
  const metadata = newMetadata();
  try {
    return read(metadata);
  } catch (error) {
    const { namespace, name, resourceVersion } = metadata;
    const hasNamespace = kind !== "Namespace" && kind !== "Node";
    const isNamed = name !== "" && (!hasNamespace || namespace !== "");
    const key = isNamed ? keyOf(kind, metadata) : undefined;
    return { type: "UNREADABLE", reason: reasonOf(error), key, resourceVersion };
  }
}

/** An event that is not even one of an object. */
export function unreadableEvent(reason: string): WatchEvent {
  return { type: "UNREADABLE", reason, key: undefined, resourceVersion: "" };
}
