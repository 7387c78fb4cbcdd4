import { isDeepStrictEqual } from "node:util";
import type { ApiAccess, ApiCredentials } from "./access.ts";
import { ApiError, ConnectError, isRefusedStream } from "./api-error.ts";
import type { ApiMetrics } from "./api-metrics.ts";
import { Backoff } from "./backoff.ts";
import { delay, unlessStopped } from "./delay.ts";
import { openTransport } from "./open-transport.ts";
import { readError } from "./read-error.ts";
import type { RateLimits } from "./rate-limiter.ts";
import { RateLimiter } from "./rate-limiter.ts";
import type { ApiHeaders, ApiResponse, ApiTransport } from "./transport.ts";

/** Protobuf where the server has it; kinds that it does not know by heart come as JSON. */
const ACCEPT = "application/vnd.kubernetes.protobuf, application/json";
/** Lists are; watches are not, whoever asks. */
const COMPRESSED = { "accept-encoding": "gzip" };
const USER_AGENT = `portolan (${process.platform}/${process.arch})`;
/** The time from one reading of credentials that are refused to the next: it may run programs. */
const RENEWAL_PAUSE_MS = 1_000;
const MAX_RENEWAL_PAUSE_MS = 5_000;
/** A connection that is being closed may refuse a request, as API servers do after a 401. */
const MAX_ATTEMPTS = 3;
/** The longest that the connection to an absent server is left alone. */
const CONNECT_BACKOFF_MS = 10_000;
/** Nothing can be answered yet, and an attempt costs the server next to nothing. */
const CONNECT_BACKOFF_UNSYNCED_MS = 1_500;

export interface ApiClientOptions {
  readonly access: ApiAccess;
  readonly limits: RateLimits;
  readonly metrics: ApiMetrics;
  /** Whether something has been read in full: until then attempts come faster. */
  readonly isSynced: () => boolean;
}

/** What a request over a connection of its own is made of. */
export interface ApartRequest {
  readonly credentials: ApiCredentials;
  /** Below the server's URL, with its query. */
  readonly path: string;
  readonly headers: ApiHeaders;
}

/** An opened connection and who it was opened as. */
interface Connection {
  readonly transport: ApiTransport;
  readonly credentials: ApiCredentials;
  /** When the credentials were read, on the monotonic clock. */
  readonly readMs: number;
}

/**
 * Sends requests to one API server: one connection for all of them, opened when needed, with
 * credentials that are read again when they are refused.
 */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #limiter: RateLimiter;
  readonly #backoff = new Backoff();
  #connection: Connection | undefined;
  #connecting: Promise<Connection> | undefined;
  /**
   * Whether the server has refused the credentials since they were read. They are read anew then; the
   * connection stays if only the token is another.
   */
  #areRefused = false;
  /** Since when each request has been refused for who asks. */
  #refusedSinceMs: number | undefined;
  /** Attempts to connect before this are not made: somebody has just failed. */
  #retryAtMs = 0;
  readonly #closed = new AbortController();

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#limiter = new RateLimiter(options.limits);
  }

  /** For messages: how the server is reached. */
  get description(): string {
    return this.#options.access.description;
  }

  /** For messages: how the server is reached, and where it is, once that is known. */
  get place(): string {
    const url = this.#connection?.credentials.url;
    const isSaid = !url || this.description.includes(url.origin);
    return isSaid ? this.description : `${this.description}, at "${url.origin}"`;
  }

  /**
   * The response to a GET, if it is 200.
   * @param accept media types that will do
   * @throws {ApiError} for any other status
   * @throws {ConnectError} if there is no way to the server, {Error} if the connection is lost
   */
  get(path: string, accept: string = ACCEPT): Promise<ApiResponse> {
    return unlessStopped(this.#get(path, accept), this.#closed.signal);
  }

  /**
   * Whether the server may be at the end of a slow line.
   * @throws as `get`
   */
  async isFar(): Promise<boolean> {
    const { credentials } = await unlessStopped(this.#connect(), this.#closed.signal);
    return credentials.isFar === true;
  }

  /**
   * Does something as who this is, over a connection of its own: what it carries holds up nothing else.
   * @param path of a request, with its query
   * @throws as `get`
   */
  apart<T>(path: string, use: (request: ApartRequest) => Promise<T>): Promise<T> {
    const run = ({ credentials }: Connection): Promise<T> => {
      const headers = headersOf(credentials, ACCEPT);
      return use({ credentials, path: pathOf(credentials, path), headers });
    };
    return unlessStopped(this.#as(run), this.#closed.signal);
  }

  #get(path: string, accept: string): Promise<ApiResponse> {
    return this.#as((connection) => this.#send(path, accept, connection));
  }

  /** Does what takes a connection, and once more with credentials read anew if those are refused. */
  async #as<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    for (let attempt = 1, isRenewed = false; ; attempt++) {
      const connection = await this.#connect();
      try {
        const used = await use(connection);
        this.#refusedSinceMs = undefined;
        return used;
      } catch (error) {
        if (isRefusedStream(error) && attempt < MAX_ATTEMPTS) continue;
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        this.#noteRefusal(connection);
        // Tokens rotate: the file may have a new one already.
        if (isRenewed) throw error;
        isRenewed = true;
      }
    }
  }

  #noteRefusal(connection: Connection): void {
    // Others may have been refused at the same time, and renewed the credentials since.
    if (connection !== this.#connection) return;
    this.#areRefused = true;
    this.#refusedSinceMs ??= performance.now();
    const refusedMs = performance.now() - this.#refusedSinceMs;
    const pauseMs = Math.min(Math.max(refusedMs / 60, RENEWAL_PAUSE_MS), MAX_RENEWAL_PAUSE_MS);
    this.#retryAtMs = Math.max(this.#retryAtMs, connection.readMs + pauseMs);
  }

  close(): void {
    this.#closed.abort();
    this.#connection?.transport.close();
    this.#connection = undefined;
  }

  async #send(
    path: string,
    accept: string,
    { transport, credentials }: Connection,
  ): Promise<ApiResponse> {
    const { metrics } = this.#options;
    const { host } = credentials.url;
    const askedMs = performance.now();
    await this.#limiter.acquire();
    const sentMs = performance.now();
    metrics.waited(host, sentMs - askedMs);
    let response;
    try {
      const headers = headersOf(credentials, accept);
      const all = credentials.isFar === true ? { ...headers, ...COMPRESSED } : headers;
      response = await transport.get(pathOf(credentials, path), all);
    } catch (error) {
      metrics.answered(host, "<error>", performance.now() - sentMs);
      throw error;
    } finally {
      this.#limiter.release();
    }
    metrics.answered(host, `${response.status}`, performance.now() - sentMs);
    if (response.status === 200) return response;
    throw await readError(response);
  }

  /** The connection at work, or a new one; all who wait share the attempt. */
  #connect(): Promise<Connection> {
    const connection = this.#connection;
    if (connection?.transport.isUsable && this.#isFresh(connection)) {
      return Promise.resolve(connection);
    }
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<Connection> {
    const { access, isSynced } = this.#options;
    await this.#waitForTurn();
    try {
      const readMs = performance.now();
      const credentials = await access.read(this.#closed.signal);
      const kept = this.#connection;
      const connection =
        kept?.transport.isUsable && isSameServer(kept.credentials, credentials)
          ? { transport: kept.transport, credentials, readMs }
          : { transport: await openTransport(credentials), credentials, readMs };
      if (kept && kept.transport !== connection.transport) kept.transport.retire();
      if (this.#closed.signal.aborted) connection.transport.close();
      this.#connection = connection;
      this.#areRefused = false;
      this.#backoff.reset();
      return connection;
    } catch (error) {
      const capMs = isSynced() ? CONNECT_BACKOFF_MS : CONNECT_BACKOFF_UNSYNCED_MS;
      this.#retryAtMs = performance.now() + this.#backoff.nextMs(capMs);
      throw error;
    }
  }

  async #waitForTurn(): Promise<void> {
    const waitMs = this.#retryAtMs - performance.now();
    if (waitMs > 0) await delay(waitMs, this.#closed.signal);
    if (this.#closed.signal.aborted) throw new ConnectError("stopped");
  }

  #isFresh({ credentials, readMs }: Connection): boolean {
    const { freshMs = Number.POSITIVE_INFINITY } = this.#options.access;
    const { expiresAtMs = Number.POSITIVE_INFINITY } = credentials;
    const ageMs = performance.now() - readMs;
    return !this.#areRefused && ageMs < freshMs && Date.now() < expiresAtMs;
  }
}

/** Whether a connection made with the one serves the other: all is equal that TLS has seen. */
function isSameServer(a: ApiCredentials, b: ApiCredentials): boolean {
  const connectionPart = ({
    url,
    ca,
    certificate,
    key,
    serverName,
    skipVerify,
    proxy,
  }: ApiCredentials) => [
    url.href,
    ca?.toString(),
    certificate?.toString(),
    key?.toString(),
    serverName,
    skipVerify,
    proxy?.href,
  ];
  return isDeepStrictEqual(connectionPart(a), connectionPart(b));
}

/** A path in the server's URL goes in front of all paths. */
function pathOf({ url }: ApiCredentials, path: string): string {
  return url.pathname.replace(/\/$/, "") + path;
}

function headersOf({ token, basic, headers }: ApiCredentials, accept: string): ApiHeaders {
  const authorization =
    token !== undefined
      ? `Bearer ${token}`
      : basic && `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString("base64")}`;
  return {
    accept,
    "user-agent": USER_AGENT,
    ...headers,
    ...(authorization === undefined ? {} : { authorization }),
  };
}
