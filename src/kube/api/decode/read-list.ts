import type { Kind } from "../../cluster-source.ts";
import { NO_LABELS } from "./drafts.ts";
import { readJsonList } from "./json/list.ts";
import { encodingOf } from "./media-type.ts";
import { readProtobufList } from "./protobuf/list.ts";
import { reasonOf, StreamError } from "./stream-error.ts";
import type { WatchEvent } from "./watch-event.ts";

export interface ObjectList {
  readonly resourceVersion: string;
  /** Asks for the rest; "" at the end. */
  readonly continueToken: string;
  readonly events: readonly WatchEvent[];
}

/**
 * Reads the body of a response to a list, or a page of it.
 *
 * @param keptLabels names of those that objects are to keep
 *
 * @throws StreamError if it is none of the kind
 */
export function readList(
  kind: Kind,
  contentType: string,
  body: Buffer,
  keptLabels = NO_LABELS,
): ObjectList {
  const read = encodingOf(contentType) === "json" ? readJsonList : readProtobufList;
  try {
    const { resourceVersion, continueToken, events } = read({ kind, keptLabels }, body);
    return { resourceVersion, continueToken, events };
  } catch (error) {
    throw new StreamError(`Cannot read list of ${kind}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
