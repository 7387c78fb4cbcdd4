import type { FakeRequest } from "./fake-request.ts";
import type { FakeResponse } from "./fake-response.ts";
import { abort, endResponse, sendHead, sendPiece } from "./fake-response.ts";
import type { KubernetesObject, Status, WatchEvent } from "./kubernetes-object.ts";

/** Answers one request of the fake API, to the end or, in a stream, until the client is gone. */
export type Answer = (response: FakeResponse, request: FakeRequest) => void | Promise<void>;

/** What comes behind the last octet: the end, a connection that breaks before it, or nothing at all. */
export type Ending = "end" | "abort" | "open";

export interface Failure {
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
}

export interface ListOptions {
  readonly apiVersion: string;
  /** Of the items: `Service`. */
  readonly kind: string;
  readonly resourceVersion: string;
  readonly items: readonly KubernetesObject[];
  /** The token for the next page. */
  readonly continueToken?: string;
}

/** Of a list that is made while it is sent. */
const PIECE_LENGTH = 65_536;

/** The request fails so: a Status, with `Retry-After` if it is said. */
export function failure({ retryAfterSeconds, ...status }: Failure): Answer {
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": retryAfterSeconds };
  return raw(JSON.stringify(statusOf(status)), { status: status.code, headers });
}

/** As for a kind that the API does not have. */
export function notFound(): Answer {
  return failure({ code: 404, reason: "NotFound", message: "the server could not find it" });
}

/** A list, or a page of one. */
export function list(options: ListOptions): Answer {
  return raw(listText(options));
}

/** A list whose connection breaks after so many octets of its body. */
export function truncatedList(options: ListOptions, octets: number): Answer {
  const text = Buffer.from(listText(options));
  const headers = { "content-length": text.length };
  return raw(text.subarray(0, octets), { headers, ending: "abort" });
}

/** A list of at least so many octets, made while it is sent; item `i` is `item(i)`. */
export function bigList(
  options: Omit<ListOptions, "items">,
  octets: number,
  item: (i: number) => KubernetesObject,
): Answer {
  return async (response) => {
    sendHead(response, 200);
    // The items stand at the end of a list.
    const [head = "", tail = ""] = listText({ ...options, items: [] }).split(/(?<=\[)(?=\])/);
    let piece = head;
    for (let i = 0, sent = 0; sent < octets && !response.destroyed; i++) {
      const text = `${i === 0 ? "" : ","}${JSON.stringify(item(i))}`;
      sent += Buffer.byteLength(text);
      piece += text;
      if (piece.length < PIECE_LENGTH) continue;
      await sendPiece(response, piece);
      piece = "";
    }
    await sendPiece(response, piece + tail);
    endResponse(response);
  };
}

/** A watch with these events; it stays open if nothing else is said. */
export function events(lines: readonly WatchEvent[], ending: Ending = "open"): Answer {
  return raw(lines.map(eventLine).join(""), { ending });
}

/** Any octets at all as a body, in one or several pieces. */
export function raw(
  body: string | Buffer | readonly (string | Buffer)[],
  options: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string | number>>;
    readonly ending?: Ending;
  } = {},
): Answer {
  return async (response) => {
    sendHead(response, options.status ?? 200, options.headers);
    for (const piece of Array.isArray(body) ? body : [body]) await sendPiece(response, piece);
    finish(response, options.ending ?? "end");
  };
}

/** Takes the request and never says anything. */
export function silence(): Answer {
  return () => {};
}

/** Resets the request, or on HTTP/1.1 closes the connection, without an answer. */
export function noAnswer(): Answer {
  return abort;
}

/** Waits before another answer. */
export function late(delayMs: number, answer: Answer): Answer {
  return async (response, request) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (!request.gone.aborted) await answer(response, request);
  };
}

/** An event that says that the resource version is too old, as a watch may get instead of a status 410. */
export function goneEvent(): WatchEvent {
  const message = "too old resource version: 1 (1000)";
  return errorEvent({ code: 410, reason: "Expired", message });
}

export function errorEvent(options: Failure): WatchEvent {
  return { type: "ERROR", object: { ...statusOf(options), metadata: { name: "" } } };
}

/** @param isInitialEnd whether it ends the initial events of a streaming list */
export function bookmark(
  { apiVersion, kind }: Pick<ListOptions, "apiVersion" | "kind">,
  resourceVersion: string,
  isInitialEnd = false,
): WatchEvent {
  const annotations = { "k8s.io/initial-events-end": "true" };
  const metadata = { name: "", resourceVersion, ...(isInitialEnd ? { annotations } : {}) };
  return { type: "BOOKMARK", object: { apiVersion, kind, metadata } };
}

/** A line of a watch. */
export function eventLine(event: WatchEvent): string {
  return `${JSON.stringify(event)}\n`;
}

function finish(response: FakeResponse, ending: Ending): void {
  if (ending === "end") endResponse(response);
  // Only when what went before has left.
  else if (ending === "abort") setTimeout(abort, 10, response);
}

function listText({
  apiVersion,
  kind,
  resourceVersion,
  continueToken,
  items,
}: ListOptions): string {
  const next = continueToken === undefined ? {} : { continue: continueToken };
  const metadata = { resourceVersion, ...next };
  return JSON.stringify({ apiVersion, kind: `${kind}List`, metadata, items });
}

function statusOf({ code, reason = "", message = "" }: Failure): Status & { metadata: object } {
  const head = { apiVersion: "v1", kind: "Status", metadata: {}, status: "Failure" } as const;
  return { ...head, code, reason, message };
}
