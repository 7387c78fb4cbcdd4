import type { Kind } from "../../../cluster-source.ts";
import type { ObjectReader } from "../object-events.ts";
import { checkKind, objectEvent, unreadableEvent } from "../object-events.ts";
import { reasonOf, StreamError } from "../stream-error.ts";
import type { WatchEvent } from "../watch-event.ts";
import type { JsonObject } from "./json-value.ts";
import { asObject, objectAt, textAt } from "./json-value.ts";
import { readStatusValue } from "./status.ts";

/**
 * Reads a line.
 *
 * @throws StreamError if it is no event
 */
export function readJsonEvent(
  kind: Kind,
  line: Buffer,
  reader: ObjectReader<JsonObject>,
): WatchEvent {
  const { event, type } = parseEvent(line);
  if (type === "ERROR") return { type: "ERROR", status: readStatusValue(event["object"]) };
  try {
    const object = objectAt(event, "object");
    checkKind(textAt(object, "kind"), kind);
    return objectEvent(kind, type, object, reader);
  } catch (error) {
    return unreadableEvent(reasonOf(error));
  }
}

function parseEvent(line: Buffer): { event: JsonObject; type: string } {
  try {
    const event = asObject(JSON.parse(line.toString()), "event");
    const type = textAt(event, "type");
    if (type !== "") return { event, type };
  } catch (error) {
    throw new StreamError(`Cannot read watch: ${reasonOf(error)}`, { cause: error });
  }
  throw new StreamError("Cannot read watch: an event has no type");
}
