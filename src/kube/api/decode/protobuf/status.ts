import { checkKind, unknownStatus } from "../object-events.ts";
import { reasonOf } from "../stream-error.ts";
import type { ApiStatus } from "../watch-event.ts";
import { openEnvelope } from "./envelope.ts";
import { ProtobufReader } from "./protobuf-reader.ts";

interface StatusDraft {
  code: number;
  reason: string;
  message: string;
  retryAfterSeconds: number;
  readonly causes: string[];
}

/** Reads an envelope with a meta.v1.Status; if there is none, the message says so. */
export function readStatusObject(octets: Buffer): ApiStatus {
  try {
    const { kind, raw } = openEnvelope(octets);
    checkKind(kind, "Status");
    return readStatusMessage(raw);
  } catch (error) {
    return unknownStatus(`an error that cannot be read: ${reasonOf(error)}`);
  }
}

function readStatusMessage(octets: Buffer): ApiStatus {
  const draft = { code: 0, reason: "", message: "", retryAfterSeconds: 0, causes: [] };
  const status = new ProtobufReader(octets).whole<StatusDraft>(draft, takeStatus);
  return { ...status, retryAfterSeconds: status.retryAfterSeconds || undefined };
}

function takeStatus(field: number, status: StatusDraft, reader: ProtobufReader): void {
  if (field === 3) status.message = reader.text();
  else if (field === 4) status.reason = reader.text();
  else if (field === 5) reader.message(status, takeDetails);
  else if (field === 6) status.code = reader.integer();
}

function takeDetails(field: number, status: StatusDraft, reader: ProtobufReader): void {
  if (field === 4) reader.message(status, takeCause);
  else if (field === 5) status.retryAfterSeconds = reader.integer();
}

function takeCause(field: number, status: StatusDraft, reader: ProtobufReader): void {
  if (field === 1) status.causes.push(reader.text());
}
