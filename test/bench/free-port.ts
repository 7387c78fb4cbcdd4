import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Server } from "node:net";
import { createServer } from "node:net";

/**
 * Below the range from which systems take ports for outgoing connections and for port 0 (32768 and up on
 * Linux), so that nobody is given the port by chance before its server opens it, or while it is restarted.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 50;
const ADDRESS = "127.0.0.1";

const given = new Set<number>();

/** A port of 127.0.0.1 that nobody uses at this moment, neither over UDP nor over TCP; another one each time. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (given.has(port) || !(await isFreeOverTcp(port)) || !(await isFreeOverUdp(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`Cannot find a free port: ${ATTEMPTS} of them were in use`);
}

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

async function isFreeOverTcp(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, ADDRESS), "listening");
    server.close();
    await once(server, "close");
    return true;
  } catch {
    return false;
  }
}

async function isFreeOverUdp(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    socket.bind(port, ADDRESS);
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

/** The port that a server listens on over TCP; 0 when it does not. */
export function portOf(server: Server): number {
  const bound = server.address();
  return bound === null || typeof bound === "string" ? 0 : bound.port;
}
