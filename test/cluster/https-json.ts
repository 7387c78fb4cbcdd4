import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { Agent, request } from "node:https";
import { json, text } from "node:stream/consumers";

export interface Server {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

export interface JsonRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface JsonResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed if it is JSON, else as text. */
  readonly body: unknown;
}

const MAX_CONNECTIONS = 32;

/** JSON over HTTPS, with connections that are kept for the next request. */
export class HttpsJson {
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });

  constructor(server: Server) {
    this.#server = server;
  }

  close(): void {
    this.#agent.destroy();
  }

  async send(options: JsonRequest): Promise<JsonResponse> {
    const response = await this.#open(options, this.#agent);
    const isJson = response.headers["content-type"]?.startsWith("application/json") ?? false;
    const body: unknown = await (isJson ? json(response) : text(response));
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  }

  /** For an answer that has no end, on a connection of its own. */
  stream(options: JsonRequest): Promise<IncomingMessage> {
    return this.#open(options, false);
  }

  async #open(options: JsonRequest, agent: Agent | false): Promise<IncomingMessage> {
    const { ca, token } = this.#server;
    const body = options.body === undefined ? "" : JSON.stringify(options.body);
    const headers = {
      authorization: `Bearer ${token}`,
      accept: "application/json",
      // Node announces none for DELETE: the body would be taken for the next request.
      "content-length": Buffer.byteLength(body),
      ...(options.contentType === undefined ? {} : { "content-type": options.contentType }),
    };
    const settings: RequestOptions = { method: options.method, headers, ca, agent };
    const sent = request(this.#urlOf(options), settings);
    sent.end(body);
    try {
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      return response;
    } catch (error) {
      // The server had closed the kept connection while it was idle: it has not seen the request.
      if (sent.reusedSocket && isReset(error)) return this.#open(options, agent);
      throw error;
    }
  }

  #urlOf({ path, query }: JsonRequest): URL {
    const url = new URL(path, this.#server.url);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    return url;
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNRESET";
}
