import { readStatusValue } from "./json/status.ts";
import { JSON_TYPE, mediaTypeOf, PROTOBUF_TYPE } from "./media-type.ts";
import { unknownStatus } from "./object-events.ts";
import { readStatusObject } from "./protobuf/status.ts";
import type { ApiStatus } from "./watch-event.ts";

/** What is kept of a text that a proxy may have written. */
const MAX_MESSAGE_OCTETS = 300;

/**
 * Reads the body of a response that is no success. Never throws: somebody between may have
 * answered instead.
 *
 * @returns undefined if the body is empty, or nothing for people or programs
 */
export function readStatus(contentType: string, body: Buffer): ApiStatus | undefined {
  if (body.length === 0) return undefined;
  switch (mediaTypeOf(contentType)) {
    case JSON_TYPE:
      return readJsonStatus(body);
    case PROTOBUF_TYPE:
      return readStatusObject(body);
    case "text/plain":
      return unknownStatus(body.toString("utf8", 0, MAX_MESSAGE_OCTETS).trim());
    default:
      return undefined;
  }
}

function readJsonStatus(body: Buffer): ApiStatus | undefined {
  try {
    return readStatusValue(JSON.parse(body.toString()));
  } catch {
    return undefined;
  }
}
