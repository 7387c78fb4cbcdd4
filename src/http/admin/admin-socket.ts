import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { connect } from "node:net";
import { contain } from "../../observe/faults.ts";
import { BadRequest, readJson } from "./read-json.ts";

/** What is asked for, by method and path: `GET /api/v1/about`. What it throws as `BadRequest` is the client's fault. */
export type AdminResources = Readonly<Record<string, (body: unknown) => unknown>>;

export interface AdminSocket {
  readonly path: string;
  /** Closes it, and takes the file away. */
  close(): Promise<void>;
}

/** Of requests with a body, each of which may take seconds. */
const AT_ONCE = 4;
const CONNECTIONS = 64;
const HEADER_OCTETS = 8_192;
const REQUEST_MS = 5_000;
/** Longest path that a Unix socket can have, on Linux 107 and on macOS 103. */
const MAX_PATH_OCTETS = 103;

/**
 * Serves resources in JSON on a Unix socket that none but the user of this process can open.
 * @throws {Error} if the place is taken by a server that is at work, or cannot be had
 */
export async function openAdminSocket(
  path: string,
  resources: AdminResources,
): Promise<AdminSocket> {
  if (Buffer.byteLength(path) > MAX_PATH_OCTETS) {
    throw new Error(`Cannot open admin socket "${path}": longer than ${MAX_PATH_OCTETS} octets`);
  }
  const server = boundedServer(resources);
  try {
    await listen(server, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cannotOpen(path, cause);
    await removeStale(path);
    await listen(server, path).catch((again: unknown) => {
      throw cannotOpen(path, again);
    });
  }
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function cannotOpen(path: string, cause: unknown): Error {
  const { code = (cause as Error).message } = cause as NodeJS.ErrnoException;
  return new Error(`Cannot open admin socket "${path}": ${code}`, { cause });
}

/** The file is there with its rights from its first moment on: Node binds at once, within this call. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = process.umask(0o177);
    try {
      server.listen({ path }, () => {
        server.off("error", reject);
        // It cannot accept for a while, as without a free descriptor: whoever asks will ask again.
        server.on("error", () => undefined);
        chmodSync(path, 0o600);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

/** What a server has left that was killed; one that is at work keeps its place. */
async function removeStale(path: string): Promise<void> {
  if (!lstatSync(path).isSocket()) {
    throw new Error(`Cannot open admin socket "${path}": the file is there, and is no socket`);
  }
  const isAtWork = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
  if (isAtWork) throw new Error(`Cannot open admin socket "${path}": another server has it`);
  unlinkSync(path);
}

function boundedServer(resources: AdminResources): Server {
  let atWork = 0;
  const server = createServer(
    {
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      keepAliveTimeout: REQUEST_MS,
      maxHeaderSize: HEADER_OCTETS,
    },
    (request, response) => {
      response.on("error", () => undefined);
      const resource = Object.hasOwn(resources, keyOf(request))
        ? resources[keyOf(request)]
        : undefined;
      if (!resource) return send(response, 404, { error: "no such resource" });
      if (request.method === "GET") return void answer(response, () => resource(undefined));
      if (atWork >= AT_ONCE) {
        response.setHeader("retry-after", "1");
        return send(response, 503, { error: `${AT_ONCE} such requests are under way` });
      }
      atWork++;
      void answer(response, async () => resource(await readJson(request))).finally(() => atWork--);
    },
  );
  server.maxConnections = CONNECTIONS;
  return server;
}

function keyOf({ method = "", url = "" }: IncomingMessage): string {
  return `${method} ${url}`;
}

async function answer(response: ServerResponse, make: () => unknown): Promise<void> {
  try {
    send(response, 200, await make());
  } catch (error) {
    if (error instanceof BadRequest) return send(response, error.status, { error: error.message });
    contain("admin socket", error, () => send(response, 500, { error: "internal error" }));
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    // What of a body was not read is nobody's.
    ...(status === 200 ? {} : { connection: "close" }),
  });
  response.end(`${JSON.stringify(value)}\n`);
}
