import { reasonOf } from "../../corefile/corefile-error.ts";
import type { JsonPoster, JsonResponse } from "./post-json.ts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** A key and its value. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** Identifier of its lease; "0" if it has none. */
  readonly lease: string;
}

/** etcd cannot be asked, or does not answer. */
export class EtcdError extends Error {
  override readonly name = "EtcdError";
}

/** For one endpoint, so that one that hangs leaves time for the others. */
const ATTEMPT_MS = 2_000;
/** As etcd's server says that a token is no longer one. */
const NO_TOKEN = /invalid auth token|user name is empty|revision of auth store is old/;
const AUTH_DISABLED = /authentication is not enabled/;

/** etcd's API by its JSON gateway: the endpoint that answered last is asked first. */
export class EtcdClient {
  readonly #poster: JsonPoster;
  readonly #credentials: Credentials | undefined;
  readonly #onFailure: (endpoint: URL) => void;
  #endpoints: readonly URL[];
  #token: Promise<string | undefined> | undefined;

  /** @param onFailure is told of each endpoint that did not answer */
  constructor(
    endpoints: readonly URL[],
    credentials: Credentials | undefined,
    poster: JsonPoster,
    onFailure: (endpoint: URL) => void,
  ) {
    this.#endpoints = endpoints;
    this.#credentials = credentials;
    this.#poster = poster;
    this.#onFailure = onFailure;
  }

  /**
   * What is under a key, or with `isPrefix` under all that begin with it.
   * @throws {EtcdError}
   */
  async range(key: string, isPrefix: boolean, signal: AbortSignal): Promise<KeyValue[]> {
    const range = isPrefix ? { range_end: toBase64(endOf(key)) } : {};
    const body = await this.#call("/v3/kv/range", { key: toBase64(key), ...range }, signal);
    const found = member(body, "kvs") ?? [];
    if (!Array.isArray(found)) throw new EtcdError('"kvs" is no list');
    return found.map(readKeyValue);
  }

  /** Seconds that a lease has left; less than 1 if it has none. @throws {EtcdError} */
  async leaseTtl(lease: string, signal: AbortSignal): Promise<number> {
    const body = await this.#call("/v3/lease/timetolive", { ID: lease }, signal);
    const ttl = Number(member(body, "TTL") ?? 0);
    return Number.isInteger(ttl) ? ttl : 0;
  }

  async #call(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const used = this.#authenticate();
    const response = await this.#post(path, body, await used, signal);
    if (response.status === 200) return response.body;
    const message = messageOf(response);
    if (!this.#credentials || !NO_TOKEN.test(message)) throw new EtcdError(message);
    // Others may have renewed it already.
    if (this.#token === used) this.#token = undefined;
    const again = await this.#post(path, body, await this.#authenticate(), signal);
    if (again.status === 200) return again.body;
    throw new EtcdError(messageOf(again));
  }

  /** The token is everybody's: nobody's deadline but its own ends the asking. */
  #authenticate(): Promise<string | undefined> {
    const { user: name, password } = this.#credentials ?? {};
    if (name === undefined) return Promise.resolve(undefined);
    if (this.#token) return this.#token;
    const token = inTime(ATTEMPT_MS * 2, undefined, (signal) => {
      return this.#askToken({ name, password }, signal);
    });
    this.#token = token;
    token.catch(() => {
      if (this.#token === token) this.#token = undefined;
    });
    return token;
  }

  async #askToken(credentials: unknown, signal: AbortSignal): Promise<string | undefined> {
    const response = await this.#post("/v3/auth/authenticate", credentials, undefined, signal);
    const token = member(response.body, "token");
    if (response.status === 200 && typeof token === "string") return token;
    const message = messageOf(response);
    if (AUTH_DISABLED.test(message)) return undefined;
    throw new EtcdError(message);
  }

  /** Asks one endpoint after the other; what one of them refuses, the others would, too. */
  async #post(
    path: string,
    body: unknown,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<JsonResponse> {
    const reasons: string[] = [];
    for (const endpoint of this.#endpoints) {
      const url = new URL(path, endpoint);
      try {
        const response = await inTime(ATTEMPT_MS, signal, (limit) => {
          return this.#poster.post(url, body, token, limit);
        });
        if (response.status >= 500) throw new EtcdError(messageOf(response));
        this.#putFirst(endpoint);
        return response;
      } catch (error) {
        this.#onFailure(endpoint);
        reasons.push(`${endpoint.host}: ${reasonOf(error)}`);
        if (signal.aborted) break;
      }
    }
    throw new EtcdError(reasons.join("; "));
  }

  #putFirst(endpoint: URL): void {
    if (this.#endpoints[0] === endpoint) return;
    this.#endpoints = [endpoint, ...this.#endpoints.filter((other) => other !== endpoint)];
  }
}

/** Runs something that an abort signal ends: after so long, or with the outer one. */
export async function inTime<T>(
  ms: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const reason = new Error(`no answer within ${ms / 1_000} s`);
  const timer = setTimeout(() => limit.abort(reason), ms);
  try {
    return await run(outer ? AbortSignal.any([outer, limit.signal]) : limit.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** The first key behind all that begin with this one. Keys are ASCII, so the last octet is below 255. */
function endOf(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}

function readKeyValue(value: unknown): KeyValue {
  const [key, text = "", lease = "0"] = [
    member(value, "key"),
    member(value, "value"),
    member(value, "lease"),
  ];
  if (typeof key !== "string" || typeof text !== "string") {
    throw new EtcdError("a key or a value is no string");
  }
  return { key: fromBase64(key), value: fromBase64(text), lease: String(lease) };
}

function messageOf({ status, body }: JsonResponse): string {
  const message = member(body, "error") ?? member(body, "message");
  return typeof message === "string" ? message : `HTTP status ${status}`;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name] ?? undefined;
}

function toBase64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function fromBase64(text: string): string {
  return Buffer.from(text, "base64").toString();
}
