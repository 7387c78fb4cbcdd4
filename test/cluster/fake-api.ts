import { readFileSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { createServer } from "node:http";
import type { Http2SecureServer } from "node:http2";
import { createSecureServer } from "node:http2";
import { once } from "node:events";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { join } from "node:path";
import { TEST_CERTIFICATES } from "./api-server.ts";
import type { Answer } from "./fake-answers.ts";
import { notFound } from "./fake-answers.ts";
import type { FakeCollection } from "./fake-collection.ts";
import type { FakeRequest } from "./fake-request.ts";
import { readRequest } from "./fake-request.ts";
import type { FakeResponse } from "./fake-response.ts";
import { freePort } from "../bench/free-port.ts";

/** HTTPS speaks HTTP/2 and HTTP/1.1 as the client likes, as a real API server does. */
export type FakeProtocol = "https" | "https-1.1" | "http";

/** Which requests a script is for; each field that is given must fit. */
export interface Match {
  readonly path: string;
  /** A `streaming-list` is a watch with `sendInitialEvents`. */
  readonly type?: FakeRequest["type"];
}

interface Script {
  readonly match: Match;
  readonly answers: Answer[];
}

const ADDRESS = "127.0.0.1";

/**
 * A scripted API server, for faults that a real one cannot be made to show; all else is tested with the
 * real one. For a request, the first of these answers:
 * 1. the gate, if it does not let the request through;
 * 2. the next answer of the scripts that fit, which is used up by it;
 * 3. the collection that stands at the path, if there is one;
 * 4. 404, as for a kind that the API does not have.
 */
export class FakeApi {
  readonly port: number;
  readonly protocol: FakeProtocol;
  /** All requests, in the order of arrival. */
  readonly requests: FakeRequest[] = [];
  /** For faults that last: answers a request before all others, or lets it through. */
  gate: (request: FakeRequest) => Answer | undefined = () => undefined;
  readonly #scripts: Script[] = [];
  readonly #collections: FakeCollection[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: HttpServer | Http2SecureServer;

  static async start(protocol: FakeProtocol = "https"): Promise<FakeApi> {
    const api = new FakeApi(protocol, await freePort());
    await once(api.#server.listen(api.port, ADDRESS), "listening");
    return api;
  }

  private constructor(protocol: FakeProtocol, port: number) {
    this.protocol = protocol;
    this.port = port;
    const handle = (request: Parameters<typeof readRequest>[0], response: FakeResponse): void => {
      void this.#answer(readRequest(request), response);
    };
    this.#server = createFor(protocol, handle);
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `${this.protocol === "http" ? "http" : "https"}://${ADDRESS}:${this.port}`;
  }

  /** The authority of its certificate, PEM; undefined where it has none. */
  get ca(): string | undefined {
    return this.protocol === "http" ? undefined : certificate("ca.pem").toString();
  }

  /** Adds answers for requests that fit, each for one request. */
  script(match: Match, ...answers: Answer[]): void {
    this.#scripts.push({ match, answers });
  }

  /** Answers whatever no script answers, at the collection's path. */
  serve(...collections: FakeCollection[]): void {
    this.#collections.push(...collections);
  }

  requestsFor(match: Match): FakeRequest[] {
    return this.requests.filter((request) => fits(match, request));
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Closes all connections, without a word of TLS or HTTP/2. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.dropConnections();
    await once(this.#server, "close");
  }

  async #answer(request: FakeRequest, response: FakeResponse): Promise<void> {
    this.requests.push(request);
    // A client that goes away while it is answered is no error of the test.
    response.on("error", () => {});
    await this.#find(request)(response, request);
  }

  #find(request: FakeRequest): Answer {
    const stopped = this.gate(request);
    if (stopped) return stopped;
    const script = this.#scripts.find(({ match, answers }) => {
      return answers.length > 0 && fits(match, request);
    });
    const scripted = script?.answers.shift();
    if (scripted) return scripted;
    const collection = this.#collections.find(({ path }) => path === request.path);
    return collection ? (response, asked) => collection.answer(response, asked) : notFound();
  }
}

function fits({ path, type }: Match, request: FakeRequest): boolean {
  return request.path === path && (type === undefined || request.type === type);
}

function createFor(
  protocol: FakeProtocol,
  handle: (request: Parameters<typeof readRequest>[0], response: FakeResponse) => void,
): HttpServer | Http2SecureServer {
  if (protocol === "http") return createServer(handle);
  const tls = { cert: certificate("server.pem"), key: certificate("server.key") };
  if (protocol === "https-1.1") return createTlsServer(tls, handle);
  return createSecureServer({ ...tls, allowHTTP1: true }, handle);
}

function certificate(file: string): Buffer {
  return readFileSync(join(TEST_CERTIFICATES, file));
}
