import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Server } from "node:net";
import { createServer } from "node:net";

const ATTEMPTS = 20;

/** A port of 127.0.0.1 that nobody uses at this moment, neither over UDP nor over TCP. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = portOf(server);
    const free = await isFreeOverUdp(port);
    server.close();
    await once(server, "close");
    if (free) return port;
  }
  throw new Error("Cannot find a free port: every one that was tried is in use");
}

/** The port that a server listens on over TCP; 0 when it does not. */
export function portOf(server: Server): number {
  const bound = server.address();
  return bound === null || typeof bound === "string" ? 0 : bound.port;
}

/** Whether nobody uses a port of 127.0.0.1 over UDP at this moment. */
export async function isFreeOverUdp(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
