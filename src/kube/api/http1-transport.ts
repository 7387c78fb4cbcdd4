import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import type { Socket } from "node:net";
import { inflatedBody } from "./inflated-body.ts";
import type { ApiHeaders, ApiResponse, ApiTransport } from "./transport.ts";
import { parseRetryAfterMs, RESPONSE_TIMEOUT_MS } from "./transport.ts";

/** A connection for each request: for servers and proxies that do not speak HTTP/2. */
export class Http1Transport implements ApiTransport {
  readonly #host: string;
  readonly #open: () => Promise<Socket>;
  readonly #sockets = new Set<Socket>();
  /** The one that told which protocol is spoken; the first request takes it. */
  #spare: Socket | undefined;
  #isEnded = false;

  /** @param host for the header Host */
  constructor(host: string, first: Socket, open: () => Promise<Socket>) {
    this.#host = host;
    this.#open = open;
    this.#keep(first);
    this.#spare = first;
  }

  get isUsable(): boolean {
    return !this.#isEnded;
  }

  async get(path: string, headers: ApiHeaders): Promise<ApiResponse> {
    const socket = await this.#takeSocket();
    try {
      return await this.#ask(socket, path, headers);
    } catch (error) {
      // Where no request came about, as with a token that no header can carry, nobody else would.
      socket.destroy();
      throw error;
    }
  }

  #ask(socket: Socket, path: string, headers: ApiHeaders): Promise<ApiResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<ApiResponse>();
    const outgoing = request({
      path,
      headers: { ...headers, host: this.#host, connection: "close" },
      createConnection: () => socket,
    });
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`no response within ${RESPONSE_TIMEOUT_MS / 1_000} s`));
    }, RESPONSE_TIMEOUT_MS);
    outgoing.on("error", reject);
    outgoing.on("close", () => {
      clearTimeout(timer);
      reject(new Error("connection lost before a response came"));
    });
    outgoing.on("response", (message) => {
      clearTimeout(timer);
      resolve(responseOf(message));
    });
    outgoing.end();
    return promise;
  }

  retire(): void {
    this.#isEnded = true;
    this.#spare?.destroy();
  }

  close(): void {
    this.#isEnded = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async #takeSocket(): Promise<Socket> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare && !spare.destroyed) return spare;
    const socket = await this.#open();
    this.#keep(socket);
    if (!this.#isEnded) return socket;
    // Nobody would read what comes, and so nobody would see it end, for as long as the process lives.
    socket.destroy();
    throw new Error("the connection was closed while it was being opened");
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }
}

/** The head of a response, and its body still to be read. */
export function responseOf(message: IncomingMessage): ApiResponse {
  return {
    status: message.statusCode ?? 0,
    contentType: message.headers["content-type"] ?? "",
    retryAfterMs: parseRetryAfterMs(message.headers["retry-after"]),
    body: inflatedBody(message.headers["content-encoding"], message),
  };
}
