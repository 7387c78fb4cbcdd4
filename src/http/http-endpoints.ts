import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createServer } from "node:http";
import { contain } from "../observe/faults.ts";

/** `before` lets the path's handler before this one answer; undefined if there is none. */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  before: (() => void) | undefined,
) => void;

/** A path that is served. */
export interface ServedHttp {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** What one HTTP listener bears: these endpoints say little and read nothing. */
const LIMITS = {
  /** The connection that has been open longest makes room: a probe that comes now is answered. */
  connections: 128,
  headerOctets: 8_192,
  headers: 100,
  requestsPerConnection: 1_000,
};

const REQUEST_MS = 5_000;
/** Beyond that, for an answer that is not read; Node must have found late requests by then. */
const STALL_MS = 2_500;
/** Else Node looks for those that are late every 30 seconds only. */
const CHECK_MS = 1_000;

interface Endpoint {
  readonly server: Server;
  /** By path; the last of a path's handlers answers. */
  readonly handlers: Map<string, HttpHandler[]>;
  readonly listening: Promise<number>;
  users: number;
}

/**
 * HTTP listeners that plugins share: `health`, `ready` and `prometheus` of an old and a new
 * configuration may want the same address at once while a reload is under way.
 */
export class HttpEndpoints {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #requestMs: number;

  /**
   * @param requestMs from a connection, or from the answer before, to a whole request; an answer
   * of which nothing is read for 2.5 s longer is given up
   */
  constructor(requestMs = REQUEST_MS) {
    this.#requestMs = requestMs;
  }

  /**
   * Serves `path` on `address` (`:8080`, `127.0.0.1:0`, `[::1]:80`). The latest handler of a
   * path answers; when it is taken away, the one before it does again.
   * @returns the port it listens on and the function that takes the handler away; the listener
   * closes with its last handler.
   */
  async serve(address: string, path: string, handler: HttpHandler): Promise<ServedHttp> {
    const endpoint = this.#endpoints.get(address) ?? this.#open(address);
    endpoint.users++;
    endpoint.handlers.set(path, [...(endpoint.handlers.get(path) ?? []), handler]);
    const close = (): Promise<void> => this.#release(address, endpoint, path, handler);
    try {
      return { port: await endpoint.listening, close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  #open(address: string): Endpoint {
    const handlers = new Map<string, HttpHandler[]>();
    const server = boundedServer(this.#requestMs, (request, response) => {
      const path = (request.url ?? "/").split("?", 1)[0] as string;
      const answer = lastOf(handlers.get(path) ?? [], request, response);
      if (answer) answer();
      else response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found\n");
    });
    const listening = listen(server, address);
    // A failure is the caller's to report; this keeps it from counting as nobody's.
    listening.catch(() => {});
    const endpoint: Endpoint = { server, handlers, listening, users: 0 };
    this.#endpoints.set(address, endpoint);
    return endpoint;
  }

  async #release(
    address: string,
    endpoint: Endpoint,
    path: string,
    handler: HttpHandler,
  ): Promise<void> {
    const handlers = endpoint.handlers.get(path) ?? [];
    const left = handlers.filter((one) => one !== handler);
    if (left.length === handlers.length) return;
    endpoint.handlers.set(path, left);
    if (--endpoint.users > 0) return;
    this.#endpoints.delete(address);
    endpoint.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      endpoint.server.close(() => resolve());
    });
  }
}

function boundedServer(
  requestMs: number,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = createServer(
    {
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      keepAliveTimeout: requestMs,
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: LIMITS.headerOctets,
    },
    (request, response) => {
      try {
        if (hasBody(request)) refuseBody(request, response);
        else answer(request, response);
      } catch (error) {
        contain("HTTP endpoint", error, () => refuse(response));
      }
    },
  );
  // Of a socket where nothing moves: whoever asks and does not read.
  server.timeout = requestMs + STALL_MS;
  server.maxHeadersCount = LIMITS.headers;
  server.maxRequestsPerSocket = LIMITS.requestsPerConnection;
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    const [oldest] = open;
    if (oldest && open.size >= LIMITS.connections) {
      open.delete(oldest);
      oldest.destroy();
    }
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  return server;
}

/** Nobody is to wait for what does not come; of an answer that has begun only the end can be told. */
function refuse(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { "content-type": "text/plain" }).end("500 internal error\n");
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** Nobody here reads one, and how long it would be nobody knows. */
function refuseBody(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(413, { "content-type": "text/plain", connection: "close" });
  response.end("413 no body expected\n", () => request.destroy());
}

function lastOf(
  handlers: readonly HttpHandler[],
  request: IncomingMessage,
  response: ServerResponse,
): (() => void) | undefined {
  const last = handlers.at(-1);
  return last && (() => last(request, response, lastOf(handlers.slice(0, -1), request, response)));
}

function listen(server: Server, address: string): Promise<number> {
  const { host, port } = splitAddress(address);
  return new Promise((resolve, reject) => {
    // Later on it cannot accept for a while, as without a free descriptor: whoever asks will ask again.
    server.on("error", reject);
    server.listen({ port, ...(host === "" ? {} : { host }) }, () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound ? bound.port : port);
    });
  });
}

/** Splits `host:port`, `:port` or `[v6]:port`. */
export function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { host, port: Number(address.slice(colon + 1)) };
}
