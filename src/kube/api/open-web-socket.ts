import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import type { Socket } from "node:net";
import type { ApartRequest } from "./api-client.ts";
import { responseOf } from "./http1-transport.ts";
import { openSocket } from "./open-socket.ts";
import { noWay } from "./open-transport.ts";
import { readError } from "./read-error.ts";
import { RESPONSE_TIMEOUT_MS } from "./transport.ts";
import { WebSocket } from "./web-socket.ts";

/** RFC 6455 §1.3. */
const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY_OCTETS = 16;

/**
 * Opens a WebSocket (RFC 6455) to an API server, over a connection of its own. Nothing is read before somebody listens.
 * @param protocols subprotocols, the best one first; a server that takes none of them is refused
 * @throws {ApiError} if the server refuses it
 * @throws {ConnectError} if there is no way to the server
 */
export async function openWebSocket(
  { credentials, path, headers }: ApartRequest,
  protocols: readonly string[],
): Promise<WebSocket> {
  const socket = await openSocket(credentials, ["http/1.1"]).catch((error: unknown) =>
    noWay(error as Error, credentials),
  );
  try {
    const protocol = await upgrade(socket, protocols, {
      path,
      headers: { ...headers, host: credentials.url.host },
    });
    return new WebSocket(socket, protocol);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The handshake (RFC 6455 §4.1). @returns the subprotocol */
function upgrade(
  socket: Socket,
  protocols: readonly string[],
  { path, headers }: { path: string; headers: Record<string, string | string[]> },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const key = randomBytes(KEY_OCTETS).toString("base64");
  const outgoing = request({
    path,
    headers: {
      ...headers,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": key,
      "sec-websocket-protocol": protocols.join(", "),
    },
    createConnection: () => socket,
  });
  const timer = setTimeout(() => {
    outgoing.destroy(new Error(`no response within ${RESPONSE_TIMEOUT_MS / 1_000} s`));
  }, RESPONSE_TIMEOUT_MS);
  outgoing.on("error", reject);
  const onClose = (): void => {
    clearTimeout(timer);
    reject(new Error("connection lost before a response came"));
  };
  outgoing.on("close", onClose);
  outgoing.on("response", (message) => {
    clearTimeout(timer);
    outgoing.off("close", onClose);
    void readError(responseOf(message)).then(reject);
  });
  outgoing.on("upgrade", (message, _socket, head) => {
    const problem = problemOf(message, key, protocols);
    if (problem !== undefined) return reject(new Error(problem));
    // What came with the response is the first thing that the server says.
    if (head.length > 0) socket.unshift(head);
    resolve(protocolOf(message));
  });
  outgoing.end();
  return promise;
}

function problemOf(
  message: IncomingMessage,
  key: string,
  protocols: readonly string[],
): string | undefined {
  const expected = createHash("sha1").update(`${key}${ACCEPT_GUID}`).digest("base64");
  if (message.headers["sec-websocket-accept"] !== expected) {
    return "the API server does not speak WebSocket: no answer to the key";
  }
  const isKnown = protocols.includes(protocolOf(message));
  return isKnown ? undefined : "the API server has chosen a protocol that nobody offered";
}

function protocolOf({ headers }: IncomingMessage): string {
  return headers["sec-websocket-protocol"] ?? "";
}
