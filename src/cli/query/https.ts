import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { hostPort } from "../../net/host-port.ts";
import { MAX_MESSAGE_OCTETS } from "../../dns/wire-writer.ts";
import type { Endpoint } from "./endpoint.ts";
import { ExchangeError, exchangeError } from "./exchange-error.ts";
import type { TlsTerms } from "./stream.ts";

const MEDIA_TYPE = "application/dns-message";

/**
 * Posts a packet (RFC 8484 §4.1); dns2's client could only GET a question of its own. Without terms for TLS it is
 * plain HTTP.
 * @throws {ExchangeError}
 */
export async function exchangeHttp(
  endpoint: Endpoint,
  path: string,
  packet: Buffer,
  timeoutMs: number,
  tls: TlsTerms | undefined,
): Promise<Buffer> {
  const options: RequestOptions = {
    host: endpoint.address,
    port: endpoint.port,
    path: encodeURI(path),
    method: "POST",
    // A request of its own, which leaves no connection behind.
    agent: false,
    headers: {
      host: hostPort(endpoint.host, endpoint.port),
      accept: MEDIA_TYPE,
      "content-type": MEDIA_TYPE,
      "content-length": packet.length,
    },
  };
  const request = tls ? requestHttps({ ...options, ...tlsOptions(tls) }) : requestHttp(options);
  const timer = setTimeout(() => request.destroy(new ExchangeError("timed out")), timeoutMs);
  try {
    return await readBody(await responseTo(request, packet));
  } catch (cause) {
    throw exchangeError(cause);
  } finally {
    clearTimeout(timer);
    request.destroy();
  }
}

function tlsOptions({ ca, verifies, hostname }: TlsTerms): object {
  return {
    rejectUnauthorized: verifies,
    ...(ca ? { ca } : {}),
    ...(isIP(hostname) === 0 ? { servername: hostname } : { servername: "" }),
  };
}

function responseTo(request: ClientRequest, packet: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on("response", resolve);
    // It may come when the response is there already: then there is nobody to tell.
    request.on("error", reject);
    request.end(packet);
  });
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const { statusCode = 0, headers } = response;
  if (statusCode !== 200) throw new ExchangeError(`HTTP status ${statusCode}`);
  const mediaType = headers["content-type"] ?? "none";
  if (mediaType.split(";", 1)[0]?.trim().toLowerCase() !== MEDIA_TYPE) {
    throw new ExchangeError(`HTTP content type ${mediaType}`);
  }
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    octets += (chunk as Buffer).length;
    if (octets > MAX_MESSAGE_OCTETS) throw new ExchangeError("a reply of more than 65535 octets");
  }
  return Buffer.concat(chunks);
}
