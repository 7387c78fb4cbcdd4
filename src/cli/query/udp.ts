import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { ExchangeError, exchangeError } from "./exchange-error.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * Sends a packet and waits for the datagram that `accept` takes; others are passed over, so that whoever answers
 * first with something else gains nothing. The socket is connected: the kernel passes on nothing but the server's own
 * datagrams, and tells of a port where nobody listens. dns2's client would give away the octets.
 * @returns the reply, of any size
 * @throws {ExchangeError}
 */
export async function exchangeUdp(
  { address, port }: Endpoint,
  packet: Buffer,
  timeoutMs: number,
  accept: (packet: Buffer) => boolean,
): Promise<Buffer> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      timer = setTimeout(() => reject(new ExchangeError("timed out")), timeoutMs);
      socket.on("error", (cause) => reject(exchangeError(cause)));
      socket.on("message", (reply) => {
        if (accept(reply)) resolve(reply);
      });
      send(socket, address, port, packet, reject);
    });
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

function send(
  socket: Socket,
  address: string,
  port: number,
  packet: Buffer,
  fail: (error: ExchangeError) => void,
): void {
  socket.on("connect", () => {
    socket.send(packet, (cause) => {
      if (cause) fail(exchangeError(cause));
    });
  });
  socket.connect(port, address);
}
