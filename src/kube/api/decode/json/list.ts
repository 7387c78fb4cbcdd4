import type { Kind } from "../../../cluster-source.ts";
import type { Wanted } from "../drafts.ts";
import { checkKind, putEvent, unreadableEvent } from "../object-events.ts";
import type { ObjectReader } from "../object-events.ts";
import { reasonOf } from "../stream-error.ts";
import type { WatchEvent } from "../watch-event.ts";
import type { JsonObject } from "./json-value.ts";
import { asObject, listAt, objectAt, textAt } from "./json-value.ts";
import { jsonReader } from "./objects.ts";

/** @throws Error if it is no list of the kind */
export function readJsonList(
  wanted: Wanted,
  body: Buffer,
): { resourceVersion: string; continueToken: string; events: WatchEvent[] } {
  const { kind } = wanted;
  const list = asObject(JSON.parse(body.toString()), "list");
  checkKind(textAt(list, "kind"), `${kind}List`);
  const metadata = objectAt(list, "metadata");
  const reader = jsonReader(wanted);
  return {
    resourceVersion: textAt(metadata, "resourceVersion"),
    continueToken: textAt(metadata, "continue"),
    events: listAt(list, "items").map((item) => readItem(kind, item, reader)),
  };
}

/** Items do not repeat their kind. */
function readItem(kind: Kind, item: unknown, reader: ObjectReader<JsonObject>): WatchEvent {
  try {
    return putEvent(kind, asObject(item, "item"), reader);
  } catch (error) {
    return unreadableEvent(reasonOf(error));
  }
}
