import type { Socket } from "node:net";
import { connect } from "node:net";
import DNS from "dns2";
import { frame } from "../../dns/frame-reader.ts";
import type { Endpoint } from "./endpoint.ts";
import { ExchangeError, exchangeError } from "./exchange-error.ts";
import type { TlsTerms } from "./tls.ts";
import { openTls } from "./tls.ts";

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

function open(endpoint: Endpoint, tls: TlsTerms | undefined): Socket {
  if (tls) return openTls(endpoint, tls, ["dot"]);
  return connect({ host: endpoint.address, port: endpoint.port, noDelay: true });
}

function reasonOf(cause: unknown, isConnected: boolean): ExchangeError {
  // dns2 says where within a message the connection ended.
  if (cause instanceof DNS.Packet.DecodeError) return new ExchangeError("end of file");
  return exchangeError(cause, !isConnected);
}
