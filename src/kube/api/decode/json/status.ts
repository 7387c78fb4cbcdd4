import { checkKind, unknownStatus } from "../object-events.ts";
import { reasonOf } from "../stream-error.ts";
import type { ApiStatus } from "../watch-event.ts";
import type { JsonObject } from "./json-value.ts";
import { asObject, numberAt, objectAt, objectsAt, textAt } from "./json-value.ts";

/** Reads a meta.v1.Status; if it is none, the message says so. */
export function readStatusValue(value: unknown): ApiStatus {
  try {
    const status = asObject(value, "object");
    checkKind(textAt(status, "kind"), "Status");
    return readStatusFields(status);
  } catch (error) {
    return unknownStatus(`an error that cannot be read: ${reasonOf(error)}`);
  }
}

function readStatusFields(status: JsonObject): ApiStatus {
  const details = objectAt(status, "details");
  return {
    code: numberAt(status, "code"),
    reason: textAt(status, "reason"),
    message: textAt(status, "message"),
    retryAfterSeconds: numberAt(details, "retryAfterSeconds") || undefined,
    causes: objectsAt(details, "causes").map((cause) => textAt(cause, "reason")),
  };
}
