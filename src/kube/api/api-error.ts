import type { ApiStatus } from "./decode/watch-event.ts";

/** An API server's answer that is not what was asked for. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status. */
  readonly status: number;
  /** Kubernetes' word for it, as "Expired"; "" if it says none. */
  readonly reason: string;
  /** How long it asks to be left alone; 0 if it does not say. */
  readonly retryAfterMs: number;
  readonly #causes: readonly string[];

  constructor(status: number, details: Partial<ApiStatus>, retryAfterMs = 0) {
    const { reason = "", message = "", retryAfterSeconds = 0, causes = [] } = details;
    super(`${status}${reason === "" ? "" : ` ${reason}`}${message === "" ? "" : `: ${message}`}`);
    this.status = status;
    this.reason = reason;
    this.#causes = causes;
    this.retryAfterMs = Math.max(retryAfterMs, retryAfterSeconds * 1_000);
  }

  /** The version asked for is history (410): what is there now has to be read anew. */
  get isExpired(): boolean {
    return this.status === 410 || this.reason === "Expired" || this.reason === "Gone";
  }

  /** The version asked for is still to come: this server's history is another one, or lags behind. */
  get isAhead(): boolean {
    return this.#causes.includes("ResourceVersionTooLarge");
  }

  /** The server does not understand what was asked, and will not the next time. */
  get isUnsupported(): boolean {
    return [400, 406, 415, 422].includes(this.status);
  }
}

/** There is no way to the API server just now. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
}

const LOST = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ERR_HTTP2_SESSION_ERROR",
  "ERR_HTTP2_GOAWAY_SESSION",
]);

/** Whether a connection broke that all requests share. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof Error && LOST.has((error as NodeJS.ErrnoException).code ?? "");
}

/** Whether the server has not looked at a request, which may be sent again (RFC 9113 §8.7). */
export function isRefusedStream(error: unknown): boolean {
  return error instanceof Error && /NGHTTP2_REFUSED_STREAM/.test(error.message);
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /self.signed|unable to (get|verify)|UNABLE_TO|CERT_SIGNATURE|certificate signature/i,
    "the server's certificate is not signed by the CA that is trusted: check the CA file",
  ],
  [/altname|ERR_TLS_CERT_ALTNAME/i, "the certificate is for other names than this URL's host"],
  [/certificate has expired|CERT_HAS_EXPIRED/i, "the server's certificate has expired"],
  [/wrong version number|packet length too long/i, "the server does not speak TLS: is it http?"],
  [/bad certificate|certificate required|unknown ca/i, "the server refuses the client certificate"],
  [/ENOTFOUND|EAI_AGAIN/, "the host's name does not resolve"],
  [/ECONNREFUSED/, "nothing listens there"],
];

/** What a connection error means to the person who has to do something about it. */
export function explainConnectError(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const text = `${code} ${error.message}`;
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1];
  return hint === undefined ? error.message : `${error.message} (${hint})`;
}
