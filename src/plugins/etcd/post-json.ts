import type { IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { SecureContext } from "node:tls";

export interface JsonResponse {
  readonly status: number;
  readonly body: unknown;
}

const MAX_BODY_OCTETS = 8 << 20;
const MAX_SHOWN = 120;
const MAX_SOCKETS = 32;
const MAX_IDLE_SOCKETS = 8;

/** Sends JSON to servers, over connections that are kept: of each server a bounded number. */
export class JsonPoster {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(secureContext: SecureContext | undefined) {
    const limits = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_IDLE_SOCKETS };
    this.#http = new HttpAgent(limits);
    this.#https = new HttpsAgent({
      ...limits,
      minVersion: "TLSv1.2",
      ...(secureContext ? { secureContext } : {}),
    });
  }

  /** @throws {Error} if nothing of the kind comes back; the signal's reason if that ends it */
  async post(
    url: URL,
    body: unknown,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<JsonResponse> {
    const json = JSON.stringify(body);
    // A server may have closed each of the idle connections meanwhile, unread.
    for (let left = MAX_IDLE_SOCKETS; ; left--) {
      const attempt = { wasKept: false };
      try {
        const response = await this.#send(url, json, token, signal, attempt);
        return { status: response.statusCode ?? 0, body: await readJson(response) };
      } catch (error) {
        signal.throwIfAborted();
        if (!attempt.wasKept || left === 0) throw error;
      }
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #send(
    url: URL,
    json: string,
    token: string | undefined,
    signal: AbortSignal,
    attempt: { wasKept: boolean },
  ): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(json),
      ...(token === undefined ? {} : { authorization: token }),
    };
    const options: RequestOptions = { method: "POST", headers, signal };
    const outgoing =
      url.protocol === "https:"
        ? httpsRequest(url, { ...options, agent: this.#https })
        : httpRequest(url, { ...options, agent: this.#http });
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      attempt.wasKept = outgoing.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(error.code ?? "");
      reject(error);
    });
    outgoing.on("response", resolve);
    outgoing.end(json);
    return promise;
  }
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    octets += chunk.length;
    // Leaving the loop closes the connection.
    if (octets > MAX_BODY_OCTETS) throw new Error(`a response of over ${MAX_BODY_OCTETS} octets`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(text);
  } catch {
    const begin = JSON.stringify(text.slice(0, MAX_SHOWN).trim());
    throw new Error(`HTTP status ${response.statusCode ?? 0}, and no JSON: ${begin}`);
  }
}
