import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Kind } from "../../cluster-source.ts";
import { JSON_TYPE, PROTOBUF_TYPE } from "./media-type.ts";
import type { WatchEvent } from "./watch-event.ts";
import { WatchReader } from "./watch-reader.ts";

export const JSON_WATCH = JSON_TYPE;
export const PROTOBUF_WATCH = `${PROTOBUF_TYPE};stream=watch`;

/** What an API server said, from testdata: `Service-list.json`. */
export function recording(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`testdata/${name}.gz`, import.meta.url)));
}

export function readWatch(
  kind: Kind,
  contentType: string,
  ...chunks: readonly Buffer[]
): WatchEvent[] {
  const events: WatchEvent[] = [];
  const reader = new WatchReader(kind, contentType);
  for (const chunk of chunks) reader.push(chunk, (event) => events.push(event));
  reader.end();
  return events;
}

/** A line of a watch. */
export function line(type: string, object: unknown): Buffer {
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}
