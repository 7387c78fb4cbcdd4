import { WebSocket } from "ws";
import type { ApartRequest } from "./api-client.ts";
import { responseOf } from "./http1-transport.ts";
import { openSocket } from "./open-socket.ts";
import { noWay } from "./open-transport.ts";
import { readError } from "./read-error.ts";
import { RESPONSE_TIMEOUT_MS } from "./transport.ts";

/** API servers and kubelets send 32 KiB at a time. */
const MAX_MESSAGE_OCTETS = 1 << 20;

/**
 * Opens a WebSocket (RFC 6455) to an API server, over a connection of its own. It is paused: what comes before
 * somebody listens would be lost.
 * @param protocol subprotocol; a server that takes another one is refused
 * @throws {ApiError} if the server refuses it
 * @throws {ConnectError} if there is no way to the server
 */
export async function openWebSocket(
  { credentials, path, headers }: ApartRequest,
  protocol: string,
): Promise<WebSocket> {
  const socket = await openSocket(credentials, ["http/1.1"]).catch((error: unknown) =>
    noWay(error as Error, credentials),
  );
  // TLS, if any, is spoken already.
  const client = new WebSocket(`ws://${credentials.url.host}${path}`, [protocol], {
    createConnection: () => socket,
    headers: { ...headers },
    handshakeTimeout: RESPONSE_TIMEOUT_MS,
    maxPayload: MAX_MESSAGE_OCTETS,
    perMessageDeflate: false,
  });
  return opened(client);
}

function opened(client: WebSocket): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  client.once("open", () => {
    client.pause();
    resolve(client);
  });
  client.once("unexpected-response", (_request, message) => {
    void readError(responseOf(message)).then((error) => {
      reject(error);
      client.terminate();
    });
  });
  // Whoever takes it over hears of errors by its own ears; none may end the process.
  client.on("error", reject);
  return promise;
}
