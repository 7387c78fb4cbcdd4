import { once } from "node:events";
import { request as requestHttp } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import type { Socket } from "node:net";
import { connect } from "node:net";
import type { Readable } from "node:stream";
import { MAX_MESSAGE_OCTETS } from "../../dns/wire-writer.ts";
import { hostPort } from "../../net/host-port.ts";
import type { Endpoint } from "./endpoint.ts";
import { ExchangeError, exchangeError } from "./exchange-error.ts";
import type { TlsTerms } from "./tls.ts";
import { openTls } from "./tls.ts";

const MEDIA_TYPE = "application/dns-message";

interface Request {
  /** Host and port, as in a URL. */
  readonly authority: string;
  readonly path: string;
  readonly packet: Buffer;
}

interface Response {
  readonly status: number;
  readonly mediaType: string;
  readonly body: Readable;
}

/**
 * Posts a packet (RFC 8484 §4.1), by HTTP/2 where the server has it; dns2's client could only GET a question of its own.
 * Without terms for TLS it is plain HTTP/1.1.
 * @throws {ExchangeError}
 */
export async function exchangeHttp(
  endpoint: Endpoint,
  path: string,
  packet: Buffer,
  timeoutMs: number,
  tls: TlsTerms | undefined,
): Promise<Buffer> {
  const { host, port, address } = endpoint;
  const request = { authority: hostPort(host, port), path: encodeURI(path), packet };
  const socket = tls ? openTls(endpoint, tls, ["h2", "http/1.1"]) : connect(port, address);
  const late = new ExchangeError("timed out");
  const timer = setTimeout(() => socket.destroy(late), timeoutMs);
  try {
    const failed = once(socket, "error").then(([cause]) => Promise.reject(cause as Error));
    return await Promise.race([failed, converse(socket, request, tls !== undefined)]);
  } catch (cause) {
    throw exchangeError(socket.errored ?? cause);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function converse(socket: Socket, request: Request, isSecure: boolean): Promise<Buffer> {
  await once(socket, isSecure ? "secureConnect" : "connect");
  const isHttp2 = "alpnProtocol" in socket && socket.alpnProtocol === "h2";
  const response = await (isHttp2 ? postHttp2(socket, request) : postHttp1(socket, request));
  return readBody(response);
}

async function postHttp1(socket: Socket, { authority, path, packet }: Request): Promise<Response> {
  const request = requestHttp({
    createConnection: () => socket,
    path,
    method: "POST",
    headers: { host: authority, connection: "close", ...headersOf(packet) },
  });
  request.end(packet);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what that event has
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const mediaType = response.headers["content-type"] ?? "none";
  return { status: response.statusCode ?? 0, mediaType, body: response };
}

async function postHttp2(socket: Socket, { authority, path, packet }: Request): Promise<Response> {
  const session = connectHttp2(`https://${authority}`, { createConnection: () => socket });
  // The request and the socket fail as well, and are listened to.
  session.on("error", () => {});
  const stream = session.request({ ":method": "POST", ":path": path, ...headersOf(packet) });
  stream.end(packet);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what that event has
  const [headers] = (await once(stream, "response")) as [NodeJS.Dict<string | number>];
  const mediaType = String(headers["content-type"] ?? "none");
  return { status: Number(headers[":status"]), mediaType, body: stream };
}

function headersOf(packet: Buffer): Record<string, string | number> {
  return { accept: MEDIA_TYPE, "content-type": MEDIA_TYPE, "content-length": packet.length };
}

async function readBody({ status, mediaType, body }: Response): Promise<Buffer> {
  // What is left unread may fail, when the socket goes.
  body.on("error", () => {});
  if (status !== 200) throw new ExchangeError(`HTTP status ${status}`);
  if (mediaType.split(";", 1)[0]?.trim().toLowerCase() !== MEDIA_TYPE) {
    throw new ExchangeError(`HTTP content type ${mediaType}`);
  }
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    octets += (chunk as Buffer).length;
    if (octets > MAX_MESSAGE_OCTETS) throw new ExchangeError("a reply of more than 65535 octets");
  }
  return Buffer.concat(chunks);
}
