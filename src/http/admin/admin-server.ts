import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { setImmediate } from "node:timers/promises";
import { contain } from "../../observe/faults.ts";
import { BadRequest, readJson } from "./read-json.ts";
import { TextStream } from "./text-stream.ts";

/** Something that can be asked for. What `answer` throws as `BadRequest` is the client's fault. */
export interface AdminResource {
  /** An object, told in JSON with the instance added, or a `TextStream`. */
  answer(body: unknown): object | Promise<object>;
  /** Whether it changes something: over TCP none of those goes without a token. */
  readonly isWrite?: true;
}

/** By method and path: `GET /api/v1/about`. */
export type AdminResources = Readonly<Record<string, AdminResource>>;

/** Which server answers, for those who look at several. */
export interface AdminInstance {
  readonly id: string;
  /** Null where that is not known. */
  readonly pod: string | null;
  /** Unix time. */
  readonly startedAtMs: number;
}

/** Lets a request pass, or throws a `BadRequest`. Runs before anything of the body is read. */
export type RequestGuard = (request: IncomingMessage, isWrite: boolean) => Promise<void>;

export interface AdminService {
  readonly resources: AdminResources;
  readonly instance: AdminInstance;
}

/** What an admin endpoint bears. */
const LIMITS = {
  connections: 64,
  headerOctets: 8_192,
  headers: 100,
  /** Requests with a body, each of which may take seconds. */
  atOnce: 4,
};
const REQUEST_MS = 5_000;
/** For an answer of which nothing is read: a dump waits for its reader. */
const STALL_MS = 10_000;
/** Else Node looks for late requests every 30 seconds only. */
const CHECK_MS = 1_000;

/** No page of another site is to read, embed or run anything of this. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Makes a server of admin resources that has yet to be told where to listen.
 * @param guard decides who may ask; anybody without it
 */
export function makeAdminServer(
  { resources, instance }: AdminService,
  guard: RequestGuard = async () => {},
  requestMs: number = REQUEST_MS,
): Server {
  let atWork = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const key = `${request.method ?? ""} ${request.url ?? ""}`;
    const resource = Object.hasOwn(resources, key) ? resources[key] : undefined;
    // Who may not ask is not told what there is, either.
    await guard(request, resource?.isWrite === true);
    if (!resource) throw new BadRequest("no such resource", 404);
    if (request.method === "GET") {
      return send(response, await resource.answer(undefined), instance);
    }
    if (atWork >= LIMITS.atOnce) {
      throw new BadRequest(`${LIMITS.atOnce} such requests are under way`, 503, 1);
    }
    atWork++;
    try {
      await send(response, await resource.answer(await readJson(request)), instance);
    } finally {
      atWork--;
    }
  };
  const server = createServer(
    {
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      keepAliveTimeout: requestMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, requestMs),
      maxHeaderSize: LIMITS.headerOctets,
    },
    (request, response) => {
      response.on("error", () => undefined);
      serve(request, response).catch((error: unknown) => refuse(response, error, instance));
    },
  );
  server.timeout = STALL_MS;
  server.maxHeadersCount = LIMITS.headers;
  server.maxConnections = LIMITS.connections;
  return server;
}

async function send(
  response: ServerResponse,
  answer: object,
  instance: AdminInstance,
): Promise<void> {
  if (!(answer instanceof TextStream)) return sendJson(response, 200, { ...answer, instance });
  response.writeHead(200, { ...HEADERS, "content-type": "text/plain; charset=utf-8" });
  for await (const piece of answer.pieces) {
    if (response.closed) return;
    if (!response.write(piece)) await drained(response);
    // Queries are answered in between.
    await setImmediate();
  }
  response.end();
}

/** Until more can be written, or nobody reads any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      response.off("drain", end).off("close", end);
      resolve();
    };
    response.on("drain", end).on("close", end);
  });
}

function refuse(response: ServerResponse, error: unknown, instance: AdminInstance): void {
  // Of an answer that has begun only the end can be told, and it must not look like the end.
  const say = (status: number, message: string): void => {
    if (response.headersSent) response.destroy();
    else sendJson(response, status, { error: message, instance });
  };
  if (!(error instanceof BadRequest)) {
    return contain("admin endpoint", error, () => say(500, "internal error"));
  }
  if (error.retryAfterSeconds !== undefined && !response.headersSent) {
    response.setHeader("retry-after", error.retryAfterSeconds);
  }
  if (error.status === 401 && !response.headersSent) {
    response.setHeader("www-authenticate", "Bearer");
  }
  say(error.status, error.message);
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, {
    ...HEADERS,
    "content-type": "application/json; charset=utf-8",
    // What of a body was not read is nobody's.
    ...(status === 200 ? {} : { connection: "close" }),
  });
  response.end(`${JSON.stringify(value)}\n`);
}

/** Nobody's answer is waited for. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
