import type { Kind } from "../../../cluster-source.ts";
import type { ObjectReader } from "../object-events.ts";
import { checkKind, objectEvent, unreadableEvent } from "../object-events.ts";
import { reasonOf, StreamError } from "../stream-error.ts";
import type { WatchEvent } from "../watch-event.ts";
import { openEnvelope } from "./envelope.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { readStatusObject } from "./status.ts";

interface EventDraft {
  type: string;
  raw: Buffer;
}

/**
 * Reads a frame: meta.v1.WatchEvent, whose object is in an envelope.
 *
 * @throws StreamError if it is none
 */
export function readProtobufEvent(
  kind: Kind,
  frame: Buffer,
  reader: ObjectReader<Buffer>,
): WatchEvent {
  const { type, raw } = openEvent(frame);
  if (type === "ERROR") return { type: "ERROR", status: readStatusObject(raw) };
  try {
    const object = openEnvelope(raw);
    checkKind(object.kind, kind);
    return objectEvent(kind, type, object.raw, reader);
  } catch (error) {
    return unreadableEvent(reasonOf(error));
  }
}

function openEvent(frame: Buffer): EventDraft {
  const draft: EventDraft = { type: "", raw: frame.subarray(0, 0) };
  try {
    new ProtobufReader(frame).whole(draft, takeEvent);
  } catch (error) {
    throw new StreamError(`Cannot read watch: ${reasonOf(error)}`, { cause: error });
  }
  if (draft.type === "") throw new StreamError("Cannot read watch: an event has no type");
  return draft;
}

function takeEvent(field: number, draft: EventDraft, reader: ProtobufReader): void {
  if (field === 1) draft.type = reader.sharedText();
  else if (field === 2) reader.message(draft, takeRawExtension);
}

function takeRawExtension(field: number, draft: EventDraft, reader: ProtobufReader): void {
  if (field === 1) draft.raw = reader.octets();
}
