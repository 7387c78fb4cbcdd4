import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { constants } from "node:http2";

/** A response over either version of HTTP. */
export type FakeResponse = ServerResponse | Http2ServerResponse;

export function sendHead(
  response: FakeResponse,
  status: number,
  headers: Readonly<Record<string, string | number>> = {},
): void {
  const all = { "content-type": "application/json", ...headers };
  if ("stream" in response) response.writeHead(status, all);
  else response.writeHead(status, all).flushHeaders();
}

/** Resolves when the piece has been handed on, or nobody is there to take it. */
export async function sendPiece(response: FakeResponse, piece: string | Buffer): Promise<void> {
  if (response.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("close", resolve);
  write(response, piece, resolve);
  await promise;
  response.off("close", resolve);
}

/** Ends it as a server that crashes does: before the end of the body. */
export function abort(response: FakeResponse): void {
  if ("stream" in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.socket?.destroy();
}

export function endResponse(response: FakeResponse): void {
  response.end();
}

/** The two kinds of response have the same method with different types. */
function write(response: FakeResponse, piece: string | Buffer, done: () => void): void {
  if ("stream" in response) response.write(piece, "utf8", done);
  else response.write(piece, "utf8", done);
}
