import { TLSSocket } from "node:tls";
import type { ApiCredentials } from "./access.ts";
import { ConnectError, explainConnectError } from "./api-error.ts";
import { Http1Transport } from "./http1-transport.ts";
import { Http2Transport } from "./http2-transport.ts";
import { openSocket } from "./open-socket.ts";
import type { ApiTransport } from "./transport.ts";

/**
 * Connects to the API server.
 * @throws {ConnectError} that says where it wanted to go and what is wrong there.
 */
export async function openTransport(credentials: ApiCredentials): Promise<ApiTransport> {
  const { url } = credentials;
  const open = () => openSocket(credentials).catch((error) => noWay(error as Error, credentials));
  const socket = await open();
  const isHttp2 = socket instanceof TLSSocket && socket.alpnProtocol === "h2";
  return isHttp2
    ? new Http2Transport(url.origin, socket)
    : new Http1Transport(url.host, socket, open);
}

/** @throws {ConnectError} for an error of `openSocket` */
export function noWay(cause: Error, { url, proxy }: ApiCredentials): never {
  const way = proxy ? ` through the proxy "${proxy.origin}"` : "";
  const message = `Cannot connect to "${url.origin}"${way}: ${explainConnectError(cause)}`;
  throw new ConnectError(message, { cause });
}
