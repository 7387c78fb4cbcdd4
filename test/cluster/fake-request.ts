import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";

/** A request as the fake API got it. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly type: "list" | "watch" | "streaming-list";
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** `2.0`, `1.1` */
  readonly httpVersion: string;
  /** On the clock of `performance.now()`. */
  readonly timeMs: number;
  /** Aborted when the client or the connection is gone. */
  readonly gone: AbortSignal;
}

export function readRequest(request: IncomingMessage | Http2ServerRequest): FakeRequest {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://fake");
  const gone = new AbortController();
  request.once("close", () => gone.abort());
  return {
    method: request.method ?? "",
    path: pathname,
    type: typeOf(searchParams),
    query: searchParams,
    headers: request.headers,
    httpVersion: request.httpVersion,
    timeMs: performance.now(),
    gone: gone.signal,
  };
}

function typeOf(query: URLSearchParams): FakeRequest["type"] {
  if (!["1", "true"].includes(query.get("watch") ?? "")) return "list";
  return query.get("sendInitialEvents") === "true" ? "streaming-list" : "watch";
}
