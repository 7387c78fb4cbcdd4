import type { Readable } from "node:stream";

/** A list is sent as several lines. */
export type ApiHeaders = Readonly<Record<string, string | string[]>>;

/** What has come back so far: the head, and a body still to be read. */
export interface ApiResponse {
  readonly status: number;
  readonly contentType: string;
  /** Of the header Retry-After (RFC 9110 §10.2.3), 0 without one. */
  readonly retryAfterMs: number;
  /** To be read to its end, or destroyed. */
  readonly body: Readable;
}

/** A connection to an API server, or a way to make one for each request. */
export interface ApiTransport {
  /** Whether a request may still be begun: the server may have asked to go elsewhere. */
  readonly isUsable: boolean;
  /**
   * Sends a GET and waits for the response's head.
   * @param path with its query
   * @throws {Error} if the connection is lost, or no head comes in time
   */
  get(path: string, headers: ApiHeaders): Promise<ApiResponse>;
  /** Takes no more requests, and ends with the last one under way. */
  retire(): void;
  /** Ends all requests under way. */
  close(): void;
}

/** How long a response's head may take. */
export const RESPONSE_TIMEOUT_MS = 30_000;

/** Seconds, or else nothing: API servers send no dates. */
export function parseRetryAfterMs(header: string | undefined): number {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : 0;
}
