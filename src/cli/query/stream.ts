import type { Socket } from "node:net";
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import DNS from "dns2";
import { frame } from "../../dns/frame-reader.ts";
import type { Endpoint } from "./endpoint.ts";
import { ExchangeError, exchangeError } from "./exchange-error.ts";

/** Whom to trust, and under which name. */
export interface TlsTerms {
  /** Certificates of authorities, PEM; Node's own if undefined. */
  readonly ca: Buffer | undefined;
  readonly verifies: boolean;
  /** To ask for and to find in the certificate. */
  readonly hostname: string;
}

/**
 * Sends a packet over TCP, or over TLS if there are terms, and reads messages with dns2 until `accept` takes one as
 * the last.
 * @returns that message
 * @throws {ExchangeError}
 */
export async function exchangeStream(
  endpoint: Endpoint,
  packet: Buffer,
  timeoutMs: number,
  accept: (packet: Buffer) => boolean,
  tls?: TlsTerms,
): Promise<Buffer> {
  const socket = open(endpoint, tls);
  const state = { isConnected: false };
  const late = new ExchangeError("timed out");
  const timer = setTimeout(() => socket.destroy(late), timeoutMs);
  socket.once(tls ? "secureConnect" : "connect", () => (state.isConnected = true));
  // dns2 listens only while it reads.
  socket.on("error", () => {});
  try {
    socket.write(frame(packet));
    for (;;) {
      const message = await DNS.Packet.readStream(socket);
      if (accept(message)) return message;
      timer.refresh();
    }
  } catch (cause) {
    throw reasonOf(cause, state.isConnected);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function open({ address: host, port }: Endpoint, tls: TlsTerms | undefined): Socket {
  if (!tls) return connectTcp({ host, port, noDelay: true });
  const { ca, verifies, hostname } = tls;
  return connectTls({
    host,
    port,
    ALPNProtocols: ["dot"],
    rejectUnauthorized: verifies,
    ...(ca ? { ca } : {}),
    // A server name is never an address (RFC 6066 §3); then the address is what is looked for.
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
  });
}

function reasonOf(cause: unknown, isConnected: boolean): ExchangeError {
  // dns2 says where within a message the connection ended.
  if (cause instanceof DNS.Packet.DecodeError) return new ExchangeError("end of file");
  return exchangeError(cause, !isConnected);
}
