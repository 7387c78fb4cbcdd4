import { setImmediate } from "node:timers/promises";
import type { ApiClient } from "./api-client.ts";
import { readList } from "./decode/read-list.ts";
import type { WatchEvent } from "./decode/watch-event.ts";
import { readBody } from "./read-body.ts";
import type { ApiResponse } from "./transport.ts";
import type { Resource } from "./resource.ts";
import { requestPath } from "./resource.ts";

/** Objects a page: a page is in memory as a whole. */
const PAGE_OBJECTS = 500;
/** Where each page costs a long way there and back: what the first one has is known early, and later ones are larger. */
const MAX_FAR_PAGE_OBJECTS = 4_000;
/** Events handed on in a turn of the event loop. */
const TURN_EVENTS = 50;
/** Kubernetes' own limit for an object is 1.5 MiB; pages of larger ones than usual still fit. */
const MAX_PAGE_OCTETS = 256 << 20;

type ListedEvent = Exclude<WatchEvent, { type: "ERROR" }>;

/**
 * Reads all objects, page by page (the `limit` and `continue` of the API).
 * @returns the version that the list is of, to watch from
 * @throws {ApiError} 410 among them, if the list was changed too often while it was read
 */
export async function listPages(
  client: ApiClient,
  resource: Resource,
  onEvent: (event: ListedEvent) => void,
): Promise<string> {
  const most = (await client.isFar()) ? MAX_FAR_PAGE_OBJECTS : PAGE_OBJECTS;
  let limit = PAGE_OBJECTS;
  for (let asked = ask(client, resource, limit); ;) {
    const { body, contentType } = await asked;
    const octets = await readBody(body, MAX_PAGE_OCTETS);
    const page = readList(resource.kind, contentType, octets, resource.keptLabels);
    const { continueToken } = page;
    limit = Math.min(2 * limit, most);
    // It is under way while this one is handed on.
    if (continueToken !== "") asked = ask(client, resource, limit, continueToken);
    for (const [i, event] of page.events.entries()) {
      if (i % TURN_EVENTS === 0) await setImmediate();
      if (event.type !== "ERROR") onEvent(event);
    }
    if (continueToken === "") return page.resourceVersion;
  }
}

function ask(
  client: ApiClient,
  resource: Resource,
  limit: number,
  continueToken = "",
): Promise<ApiResponse> {
  const asked = client.get(requestPath(resource, { limit: `${limit}`, continue: continueToken }));
  // It may fail before anybody waits for it.
  asked.catch(() => {});
  return asked;
}
